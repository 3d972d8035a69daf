import { expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway, runOrigin } from "./running-gateway.ts";

/** Upstreams that are for some tenants only: others neither reach them nor learn that they are there. */

test("a tenant reaches its own upstreams and those of everybody, by every way in", async () => {
  const [acmes, umbras, open] = [await runOrigin(), await runOrigin(), await runOrigin()];
  const gateway = await runGateway(acmes, {
    ...inMemory,
    tenancy: { mode: "keys" },
    upstreams: {
      acmes: { url: acmes.url, apiKey: "sk-acme", tenants: ["acme", "acme-*"] },
      umbras: { url: umbras.url, apiKey: "sk-umbra", tenants: ["umbra"] },
      open: { url: open.url, apiKey: "sk-open" },
    },
    models: { "special*": "acmes", "open*": "open" },
  });
  const keyOf = async (tenant: string): Promise<string> =>
    JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant } })).text).key;
  const asked = async (key: string) => {
    for (const origin of [acmes, umbras, open]) origin.reset();
    await ask(gateway, question(), bearer(key));
    await ask(gateway, { ...question(), model: "special-1" }, bearer(key));
    await exchange(`${gateway.url}/v1/files`, { headers: bearer(key) });
    return [acmes, umbras, open].map((origin) => origin.callCount);
  };
  const [acme, team, umbra, other] = [
    await keyOf("acme"),
    await keyOf("acme-team"),
    await keyOf("umbra"),
    await keyOf("other"),
  ];
  expect(await asked(acme)).toEqual([3, 0, 0]);
  expect(await asked(team)).toEqual([3, 0, 0]);
  expect(await asked(umbra)).toEqual([0, 3, 0]);
  expect(await asked(other)).toEqual([0, 0, 3]);

  for (const origin of [acmes, umbras, open]) origin.reset();
  const options = { headers: { "content-type": "application/json", ...bearer(umbra) } };
  for (const path of ["/chat/completions", "/embeddings", "/files", "/v1/files"]) {
    const called = path.endsWith("files") ? options : { ...options, body: question() };
    const foreign = await exchange(`${gateway.url}/u/acmes${path}`, called);
    const unknown = await exchange(`${gateway.url}/u/nobodys${path}`, called);
    expect([path, foreign.status]).toEqual([path, 502]);
    expect(foreign.text).toBe(unknown.text.replaceAll("nobodys", "acmes"));
    expect(unknown.text).toContain("umbras, open");
    expect(unknown.text).not.toContain("acmes");
  }
  expect([acmes, umbras, open].map((origin) => origin.callCount)).toEqual([0, 0, 0]);
});
