import { expect, test } from "vitest";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, bearer, contentOf, question } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** X7: a scope that two tenants share, over HTTP: what they see of it, and what the operator does. */

async function keyOf(gateway: RunningGateway, tenant: string): Promise<Readonly<Record<string, string>>> {
  const { text } = await callAdmin(gateway, "/keys", { body: { tenant } });
  return bearer((JSON.parse(text) as { key: string }).key);
}

test("members of a shared scope get each other's answers without seeing it; the operator sees whose they are, and takes them back", async () => {
  const origin = await runOrigin();
  const gateway = await runGateway(origin, {
    ...inMemory,
    upstreams: { openai: { url: origin.url, apiKey: "sk-upstream" } },
    tenancy: { mode: "keys", shared: { house: { tenants: ["acme", "umbra"], delay: false } } },
    rules: [{ match: { model: "scripted-*" }, share: "house" }],
  });
  const [acme, umbra, other] = await Promise.all(["acme", "umbra", "other"].map((tenant) => keyOf(gateway, tenant)));
  const body = question("what is shared?");
  const computed = await ask(gateway, body, acme);
  const kept = async () => {
    const { text } = await callAdmin(gateway, "/entries?tenant=shared:house&layer=exact");
    return (JSON.parse(text) as { entries: { by: string; origin: string }[] }).entries;
  };
  const stored = await ask(gateway, body, umbra);
  expect(origin.callCount).toBe(1);
  expect(contentOf(stored)).toBe(contentOf(computed));
  const own = ["date", "content-length"];
  const fieldsOf = ({ headers }: typeof stored) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)));
  expect(fieldsOf(stored)).toEqual(fieldsOf(computed));
  expect(stored.headers["cache-status"]).toBe("reprise; detail=shared");
  expect(Object.keys(stored.headers).filter((name) => /^x-|^age$/.test(name))).toEqual([]);

  const metrics = (fields: Readonly<Record<string, string>>) => exchange(`${gateway.url}/metrics`, { headers: fields });
  expect((await metrics({})).status).toBe(401);
  expect((await metrics(umbra as Readonly<Record<string, string>>)).status).toBe(401);
  expect((await metrics(bearer(tokenOf(gateway)))).text).toContain("reprise_requests_total");

  await ask(gateway, body, other);
  expect(origin.callCount).toBe(2);
  const wish = { ...umbra, "cache-control": "only-if-cached" };
  expect((await ask(gateway, body, wish)).status).toBe(504);

  const entries = await kept();
  expect(entries).toMatchObject([
    { tenant: "shared:house", by: expect.stringMatching(/^member:/), origin: origin.url },
  ]);
  await callAdmin(gateway, "/invalidate", { body: { tenant: "shared:house", user: entries[0]?.by } });
  await ask(gateway, body, umbra);
  expect(origin.callCount).toBe(3);
});
