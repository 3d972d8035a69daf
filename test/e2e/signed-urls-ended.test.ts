import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

/** A signed URL is no better than what it was given to: it ends with the key, and with the tenant. */

const signed = { ...inMemory, layers: { edge: { twins: "signed" } } };

function get(gateway: RunningGateway, call: Exchanged): Promise<Exchanged> {
  return exchange(gateway.url + String(call.headers["content-location"]));
}

function codeOf({ status, text }: Exchanged): readonly unknown[] {
  return [status, status === 200 ? undefined : JSON.parse(text).error.code];
}

/** Hears what a cache in front is told to forget. */
async function startCache(): Promise<{ readonly url: string; readonly forgot: string[] }> {
  const forgot: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    forgot.push(...(JSON.parse(Buffer.concat(chunks).toString()).tags as string[]));
    response.end("{}");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, forgot };
}

test("a URL that was signed for a virtual key ends when that is taken back, and caches in front forget it", async () => {
  const [origin, cache] = [await runOrigin(), await startCache()];
  const purge = { cdn: { kind: "webhook", url: cache.url, secret: "a-webhook-secret-of-the-tests" } };
  const gateway = await runGateway(origin, {
    ...inMemory,
    layers: { edge: { twins: "signed", purge } },
    upstreams: { main: { url: origin.url, apiKey: "sk-upstream-1" } },
    tenancy: { mode: "keys" },
  });
  const make = async () => JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant: "acme" } })).text);
  const [lost, kept] = [await make(), await make()];
  const [byLost, byKept] = [
    await ask(gateway, question(), bearer(lost.key)),
    await ask(gateway, question(), bearer(kept.key)),
  ];
  expect(byLost.headers["content-location"]).toMatch(new RegExp(`\\?exp=\\d{10}&key=${lost.id}&sig=[\\w-]{43}$`));
  const [shown, other] = [await get(gateway, byLost), await get(gateway, byKept)];
  expect([shown.text, other.text]).toEqual([byLost.text, byLost.text]);
  const labelsOf = ({ headers }: Exchanged) => String(headers["surrogate-key"]).split(" ");
  const own = labelsOf(shown).filter((label) => !labelsOf(other).includes(label));
  expect(own).toEqual([expect.stringMatching(/^k[a-z2-7]{10}$/)]);

  await callAdmin(gateway, `/keys/${lost.id}`, { method: "DELETE" });
  expect([codeOf(await get(gateway, byLost)), codeOf(await get(gateway, byKept))]).toEqual([
    [403, "key_ended"],
    [200, undefined],
  ]);
  await expect.poll(() => cache.forgot, { timeout: 20_000 }).toEqual(own);
});

test("what a key that ends soon may see is kept by no cache for longer than the key is taken", async () => {
  const [origin, cache] = [await runOrigin(), await startCache()];
  const purge = { cdn: { kind: "webhook", url: cache.url, secret: "a-webhook-secret-of-the-tests" } };
  const gateway = await runGateway(origin, {
    ...inMemory,
    layers: { edge: { twins: "signed", maxAge: "1h", sharedMaxAge: "1h", urlLifetime: "2h", purge } },
    upstreams: { main: { url: origin.url, apiKey: "sk-upstream-1" } },
    tenancy: { mode: "keys" },
  });
  const lifetimeFor = async (wish: object): Promise<readonly number[]> => {
    const { text } = await callAdmin(gateway, "/keys", { body: { tenant: "acme", ...wish } });
    const { headers } = await get(gateway, await ask(gateway, question(), bearer(JSON.parse(text).key)));
    const fields = [headers["cache-control"], headers["cdn-cache-control"], headers["surrogate-control"]];
    return fields.map((field) => Number(/max-age=(\d+)/.exec(String(field))?.[1]));
  };
  const most = await lifetimeFor({ expires: "600s" });
  expect(most.every((seconds) => seconds > 0 && seconds <= 600)).toBe(true);
  expect(Math.min(...(await lifetimeFor({})))).toBeGreaterThan(600);
});

test("a URL of before does not show what an erased tenant asks afterwards", async () => {
  const { gateway } = await runBoth(signed);
  const before = await ask(gateway, question(), bearer("sk-1"));
  expect(codeOf(await get(gateway, before))).toEqual([200, undefined]);
  const [{ tenant }] = JSON.parse((await callAdmin(gateway, "/tenants")).text).tenants;
  const erased = await callAdmin(gateway, `/tenants/${encodeURIComponent(tenant)}`, { method: "DELETE" });
  expect(erased.status).toBe(200);
  expect(codeOf(await get(gateway, before))).toEqual([404, "PROMPT_NOT_FOUND"]);
  const after = await ask(gateway, question(), bearer("sk-1"));
  expect(codeOf(await get(gateway, after))).toEqual([200, undefined]);
  expect(codeOf(await get(gateway, before))).toEqual([403, "invalid_signature"]);
});
