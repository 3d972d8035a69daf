import { expect, test } from "vitest";
import { ask, bearer, question, reasonOf, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway, runOrigin } from "./running-gateway.ts";

/** Tenants by the word of a proxy in front, and callers without credentials. */

const secret = "a-secret-of-the-proxy-1";
const proof = { "X-AI-Proxy-Secret": secret };

async function runBehindProxy(more: object = {}) {
  const origin = await runOrigin();
  const upstreams = { main: { url: origin.url, apiKey: "sk-upstream-1" } };
  const tenancy = { mode: "header", header: { secret } };
  return { origin, gateway: await runGateway(origin, { ...inMemory, upstreams, tenancy, ...more }) };
}

test("the proxy says whose answers are whose, and the origin hears nothing of it", async () => {
  const { origin, gateway } = await runBehindProxy({
    rules: [{ match: { tenant: "acme", user: "ann*" }, perUser: true }],
  });
  const asked = async (tenant: string, user?: string, more = {}) =>
    ask(gateway, question(), { ...proof, "X-AI-Tenant": tenant, ...(user && { "X-AI-User": user }), ...more });
  const told = [
    await asked("acme"),
    await asked("acme", "bob", bearer("a-token-of-bob")),
    await asked("acme", "ann@acme.example"),
    await asked("umbra", "ann@acme.example"),
    await asked("umbra", "bob", { "x-ai-cache-namespace": "acme" }),
  ];
  expect(told.map(statusOf)).toEqual(["MISS", "HIT", "MISS", "MISS", "MISS"]);
  expect(told.map(({ headers }) => String(headers["x-ai-cache-entry"]).split(":")[0])).toEqual([
    "acme",
    "acme",
    "acme",
    "umbra",
    "umbra",
  ]);
  await exchange(`${gateway.url}/v1/files`, { headers: { ...proof, "X-AI-Tenant": "acme", cookie: "a=1" } });
  expect(origin.callCount).toBe(5);
  for (const { headers } of origin.calls) {
    expect(headers.authorization).toBe("Bearer sk-upstream-1");
    const leaked = Object.keys(headers).filter((name) => /^x-ai|proxy|tenant|cookie/.test(name));
    expect(leaked).toEqual([]);
  }
});

test("without the proof nobody is believed, on no route", async () => {
  const { origin, gateway } = await runBehindProxy();
  await ask(gateway, question(), { ...proof, "X-AI-Tenant": "acme" });
  const calls = [
    { "X-AI-Tenant": "acme" },
    { "X-AI-Tenant": "acme", "X-AI-Proxy-Secret": `${secret}x` },
    { "X-AI-Tenant": "acme", ...bearer(secret) },
    { ...proof },
    { ...proof, "X-AI-Tenant": ["acme", "umbra"] },
  ];
  for (const headers of calls)
    for (const path of ["/v1/chat/completions", "/v1/messages", "/v1/files", "/u/main/models"]) {
      const options = { headers: { "content-type": "application/json", ...headers }, body: question() };
      const { status, text } = await exchange(gateway.url + path, options);
      expect([path, headers, status]).toEqual([path, headers, 401]);
      expect(text).not.toContain(secret);
    }
  expect(origin.callCount).toBe(1);
});

test("what a proxy says goes no further where nobody listens to it", async () => {
  const origin = await runOrigin();
  const gateway = await runGateway(origin, inMemory);
  const said = { ...proof, "X-AI-Tenant": "acme", "X-AI-User": "ann", ...bearer("k-1") };
  expect(statusOf(await ask(gateway, question(), bearer("k-1")))).toBe("MISS");
  expect(statusOf(await ask(gateway, question(), said))).toBe("HIT");
  await ask(gateway, question("another"), said);
  await exchange(`${gateway.url}/v1/files`, { headers: said });
  expect(origin.callCount).toBe(3);
  for (const { headers } of origin.calls)
    expect(Object.keys(headers).filter((name) => name.startsWith("x-ai"))).toEqual([]);
});

test("callers without credentials share a tenant, or are refused where that is not wanted", async () => {
  const origin = await runOrigin();
  const open = await runGateway(origin, inMemory);
  expect(statusOf(await ask(open))).toBe("MISS");
  expect(statusOf(await ask(open))).toBe("HIT");
  const strict = await runGateway(origin, { ...inMemory, tenancy: { anonymous: "refuse" } });
  const refused = await ask(strict);
  expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([401, "invalid_api_key"]);
  expect((await exchange(`${strict.url}/v1/models`)).status).toBe(401);
  const asked = await ask(strict, question(), bearer("k-1"));
  expect([asked.status, statusOf(asked), reasonOf(asked)]).toEqual([200, "MISS", expect.any(String)]);
  expect(origin.calls.at(-1)?.headers.authorization).toBe("Bearer k-1");
});
