import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../../src/core/clock.ts";
import { fingerprintKey } from "../../src/core/fingerprint.ts";
import { systemTenant } from "../../src/core/scopes.ts";
import { nothingErased } from "../../src/erasure/erasure-record.ts";
import { ErasureRegister } from "../../src/erasure/erasure-register.ts";
import { masterKeyName } from "../../src/storage/master-key.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { Gate } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, contentOf, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, onDisk, type RunningGateway, runBoth, runGateway, runOrigin } from "./running-gateway.ts";
import { askUntilStored } from "./stored-answer.ts";

/** Erased means erased: nothing is served, nothing is left in the files, and there is a receipt. */

const canary = (whose: string) => `Where does the canary of ${whose} sing at night?`;

async function tenantOf(gateway: RunningGateway, headersOf: Record<string, string>): Promise<string> {
  const { headers } = await askUntilStored(gateway, question("Who am I?"), headersOf);
  return decodeURIComponent(String(headers["x-ai-cache-entry"]).split(":")[0] as string);
}

/** What of `texts` stands in any file below the data folder. */
function foundIn(folder: string, texts: readonly string[]): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const contents = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  return texts.filter((text) => contents.some((content) => content.includes(text)));
}

async function erase(gateway: RunningGateway, path: string) {
  const { status, text } = await callAdmin(gateway, path, { method: "DELETE" });
  expect([status, text]).toEqual([200, expect.stringContaining('"id"')]);
  let erasure = JSON.parse(text);
  while (erasure.state === "running") erasure = JSON.parse((await callAdmin(gateway, `/erasures/${erasure.id}`)).text);
  return erasure.receipt.receipt;
}

describe("X8: DELETE /admin/v1/tenants/{id}", () => {
  test("leaves no byte of the tenant in the files of the store and of the vectors, and all of others", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, onDisk);
    for (const whose of ["acme", "umbra"]) await ask(gateway, question(canary(whose)), bearer(`key-of-${whose}`));
    const acme = await tenantOf(gateway, bearer("key-of-acme"));
    // Questions get to the files behind their answers.
    await expect
      .poll(() => foundIn(gateway.folder, [canary("acme"), canary("umbra")]).length, { timeout: 20_000 })
      .toBe(2);
    const receipt = await erase(gateway, `/tenants/${encodeURIComponent(acme)}`);
    expect(receipt).toMatchObject({ erased: { tenant: acme }, removed: { answers: 2 } });
    expect(receipt.remains.join(" ")).toMatch(/Backups/);
    expect(foundIn(gateway.folder, [canary("acme")])).toEqual([]);
    expect(foundIn(gateway.folder, [canary("umbra")])).toEqual([canary("umbra")]);
    expect(statusOf(await ask(gateway, question(canary("umbra")), bearer("key-of-umbra")))).toBe("HIT");
    expect(statusOf(await ask(gateway, question(canary("acme")), bearer("key-of-acme")))).toBe("MISS");
    await askUntilStored(gateway, question(canary("acme")), bearer("key-of-acme"));
  });

  test("withdraws what was published of the tenant, with its text, and tells the caches in front", async () => {
    const { gateway } = await runBoth(inMemory);
    const answer = await askUntilStored(gateway, question(canary("acme")), bearer("key-of-acme"));
    const entry = String(answer.headers["x-ai-cache-entry"]);
    const published = await callAdmin(gateway, "/answers", { body: { slug: "song", entry } });
    expect(published.status).toBe(200);
    const tenant = decodeURIComponent(entry.split(":")[0] as string);
    expect((await exchange(`${gateway.url}/v1/answers/song`)).text).toContain(contentOf(answer).slice(0, 20));
    expect(await erase(gateway, `/tenants/${encodeURIComponent(tenant)}`)).toMatchObject({ removed: { published: 1 } });
    expect((await exchange(`${gateway.url}/v1/answers/song`)).status).toBe(410);
  });

  test("stores nothing of a call that was under way, and takes keys, prompts and labels of the tenant with it", async () => {
    const gate = new Gate();
    const origin = await runOrigin();
    origin.plan([{ holds: [{ at: "headers", gate }] }]);
    const keyed = { upstreams: { main: { url: origin.url, apiKey: "sk-upstream-1" } }, tenancy: { mode: "keys" } };
    const gateway = await runGateway(origin, { ...onDisk, ...keyed, telemetry: { tenantLabel: true } });
    const { key } = JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant: "acme" } })).text);
    const text = "You are the canary of acme.";
    await callAdmin(gateway, "/prompts/bird", { method: "PUT", body: { tenant: "acme", text } });
    const asking = ask(gateway, question(canary("acme")), bearer(key));
    await gate.reached();
    await erase(gateway, "/tenants/acme");
    gate.release();
    expect((await asking).status).toBe(200);
    await gateway.flush();
    expect(foundIn(gateway.folder, [canary("acme"), text])).toEqual([]);
    expect((await ask(gateway, question(), bearer(key))).status).toBe(401);
    expect((await callAdmin(gateway, "/prompts")).text).not.toContain("canary of acme");
  });

  test("takes what the tenant has given to scopes that tenants share, and the key that it was sealed with", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, {
      ...onDisk,
      upstreams: { main: { url: origin.url, apiKey: "sk-upstream-1" } },
      tenancy: { mode: "keys", shared: { house: { tenants: ["acme", "umbra"], delay: false } } },
      rules: [{ match: { model: "*" }, share: "house" }],
      security: { masterKey: Buffer.alloc(32, 3).toString("base64") },
    });
    const keyOf = async (tenant: string): Promise<string> =>
      JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant } })).text).key;
    const [acme, umbra] = [await keyOf("acme"), await keyOf("umbra")];
    await ask(gateway, question(canary("acme")), bearer(acme));
    await ask(gateway, question(canary("umbra")), bearer(umbra));
    // Each with the question that leads to it.
    const entries = async () => JSON.parse((await callAdmin(gateway, "/entries?tenant=shared:house")).text).entries;
    await expect.poll(async () => (await entries()).length, { timeout: 20_000 }).toBe(4);
    // Its own key, and that of its part of the scope.
    expect(await erase(gateway, "/tenants/acme")).toMatchObject({
      removed: { answers: 1, virtualKeys: 1, dataKeys: 2 },
    });
    expect(JSON.stringify(await entries())).toContain("umbra");
    expect(JSON.stringify(await entries())).not.toContain("canary of acme");
  });

  test("takes the label of the tenant from the metrics", async () => {
    const { gateway } = await runBoth({ ...inMemory, telemetry: { tenantLabel: true } });
    const tenant = await tenantOf(gateway, bearer("key-of-acme"));
    const metrics = async () => (await exchange(`${gateway.url}/metrics`)).text;
    expect(await metrics()).toContain(`tenant="${tenant}"`);
    await erase(gateway, `/tenants/${encodeURIComponent(tenant)}`);
    expect(await metrics()).not.toContain(tenant);
    expect((await callAdmin(gateway, "/tenants")).text).not.toContain(tenant);
  });

  test("says of a tenant and a user that never were that nothing was found, also where values are sealed", async () => {
    const security = { masterKey: Buffer.alloc(32, 4).toString("base64") };
    for (const settings of [onDisk, { ...onDisk, security }]) {
      const { gateway } = await runBoth(settings);
      for (const path of ["/tenants/nobody", "/tenants/nobody/users/ann"])
        expect(await erase(gateway, path)).toMatchObject({ found: false, removed: nothingErased });
      const tenant = encodeURIComponent(await tenantOf(gateway, bearer("key-of-acme")));
      expect(await erase(gateway, `/tenants/${tenant}/users/nobody`)).toMatchObject({ found: false });
      expect(await erase(gateway, `/tenants/${tenant}`)).toMatchObject({ found: true });
    }
  });

  test("is told by its id for as long as it is kept, and of one that there is not nothing is", async () => {
    const { gateway } = await runBoth(inMemory);
    const done = JSON.parse((await callAdmin(gateway, "/tenants/nobody", { method: "DELETE" })).text);
    expect(done).toMatchObject({ state: "done", found: false, removed: { rows: 0, answers: 0 } });
    const again = JSON.parse((await callAdmin(gateway, `/erasures/${done.id}`)).text);
    expect(again).toEqual(done);
    expect((await callAdmin(gateway, "/erasures/none")).status).toBe(404);
  });
});

describe("X8: an erasure that was broken off", () => {
  test("is gone on with after the next start, with what was wished and nothing else", async () => {
    const origin = await runOrigin();
    const before = await runGateway(origin, onDisk);
    for (const whose of ["acme", "umbra"]) await askUntilStored(before, question(canary(whose)), bearer(`of-${whose}`));
    const tenant = await tenantOf(before, bearer("of-acme"));
    await before.close();
    // As a process leaves it that died right after it was wished.
    const store = sqlite(before.folder);
    const secret = fingerprintKey((await store.get(systemTenant, [masterKeyName]))[0] as Uint8Array);
    await new ErasureRegister({ store, secret, random: systemRandom }).take({
      ...{ id: "broken-off", tenant, askedAt: 0, step: "dead", counts: nothingErased, remains: [] },
      ...{ by: "a process that died", aliveAt: 0 },
    });
    await store.close();
    const after = await runGateway(origin, onDisk, before.folder);
    const state = async () => JSON.parse((await callAdmin(after, "/erasures/broken-off")).text);
    await expect.poll(state, { timeout: 30_000 }).toMatchObject({ state: "done", removed: { answers: 2 } });
    expect(foundIn(after.folder, [canary("acme"), canary("umbra")])).toEqual([canary("umbra")]);
    expect(statusOf(await ask(after, question(canary("umbra")), bearer("of-umbra")))).toBe("HIT");
  });
});

describe("X8: DELETE /admin/v1/tenants/{id}/users/{user}", () => {
  test("removes the rows of the user and destroys the key where values are sealed", async () => {
    const security = { masterKey: Buffer.alloc(32, 4).toString("base64") };
    const settings = { ...onDisk, layers: { exact: { perUser: true } }, security };
    const gateway = await runGateway(await runOrigin(), settings);
    const as = (user: string) => ({ ...bearer("key-of-acme"), "x-ai-user": user });
    for (const user of ["ann", "bob"]) await askUntilStored(gateway, question(canary(user)), as(user));
    const acme = await tenantOf(gateway, as("bob"));
    expect(await erase(gateway, `/tenants/${encodeURIComponent(acme)}/users/ann`)).toMatchObject({
      removed: { answers: 1, dataKeys: 1 },
    });
    expect(statusOf(await ask(gateway, question(canary("bob")), as("bob")))).toBe("HIT");
    expect(statusOf(await ask(gateway, question(canary("ann")), as("ann")))).toBe("MISS");
  });

  test("leaves no byte of the user, and what other users have", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...onDisk, layers: { exact: { perUser: true } } });
    const as = (user: string) => ({ ...bearer("key-of-acme"), "x-ai-user": user });
    for (const user of ["ann@example.org", "bob"]) await ask(gateway, question(canary(user)), as(user));
    const acme = await tenantOf(gateway, as("bob"));
    await expect
      .poll(() => foundIn(gateway.folder, [canary("ann@example.org"), canary("bob")]).length, { timeout: 20_000 })
      .toBe(2);
    const path = `/tenants/${encodeURIComponent(acme)}/users/${encodeURIComponent("ann@example.org")}`;
    expect(await erase(gateway, path)).toMatchObject({ removed: { answers: 1 } });
    expect(foundIn(gateway.folder, [canary("ann@example.org"), "ann@example.org"])).toEqual([]);
    expect(statusOf(await ask(gateway, question(canary("bob")), as("bob")))).toBe("HIT");
    expect(statusOf(await ask(gateway, question(canary("ann@example.org")), as("ann@example.org")))).toBe("MISS");
  });
});

describe("X8: a user whose answers are gone already", () => {
  test("leaves no byte in the files either: what led to the answers bears his mark", async () => {
    const gateway = await runGateway(await runOrigin(), { ...onDisk, layers: { exact: { perUser: true } } });
    const as = (user: string) => ({ ...bearer("key-of-acme"), "x-ai-user": user });
    for (const user of ["ann", "bob"]) await ask(gateway, question(canary(user)), as(user));
    const acme = await tenantOf(gateway, as("bob"));
    await expect
      .poll(() => foundIn(gateway.folder, [canary("ann"), canary("bob")]).length, { timeout: 20_000 })
      .toBe(2);
    // As a purge of one answer does it: the question stays in its alias and beside its vector.
    const { headers } = await ask(gateway, question(canary("ann")), as("ann"));
    const { status } = await callAdmin(gateway, `/entries/${encodeURIComponent(String(headers["x-ai-cache-entry"]))}`, {
      method: "DELETE",
    });
    expect(status).toBe(200);
    await gateway.flush();
    expect(foundIn(gateway.folder, [canary("ann")])).toEqual([canary("ann")]);
    const { removed } = await erase(gateway, `/tenants/${encodeURIComponent(acme)}/users/ann`);
    expect(removed.answers).toBe(0);
    expect(removed.rows).toBeGreaterThan(0);
    expect(foundIn(gateway.folder, [canary("ann"), canary("bob")])).toEqual([canary("bob")]);
    expect(statusOf(await ask(gateway, question(canary("bob")), as("bob")))).toBe("HIT");
  });
});

describe("the audit log of a gateway", () => {
  const records = async (gateway: RunningGateway, query = "") =>
    JSON.parse((await callAdmin(gateway, `/audit${query}`)).text);

  test("says who changed what, before and after it, and neither texts nor users nor tokens", async () => {
    const { gateway } = await runBoth(inMemory);
    await callAdmin(gateway, "/invalidate", { body: { tags: ["doc:1"], user: "ann@example.org" } });
    await callAdmin(gateway, "/prompts/motel", { method: "PUT", body: { text: "A secret prompt." } });
    await callAdmin(gateway, "/feedback", { body: { entry: "x:y", verdict: "right", note: "A private note." } });
    await callAdmin(gateway, "/invalidate", { body: { nothing: true } });
    const page = await records(gateway);
    expect(page.records.map(({ action, stage, what }: never) => [action, stage, what]).toReversed()).toMatchObject([
      ["POST /invalidate", "asked", { tags: ["doc:1"], user: expect.any(String) }],
      ["POST /invalidate", "done", { asked: 1 }],
      ["PUT /prompts/{name}", "asked", { name: "motel" }],
      ["PUT /prompts/{name}", "done", { asked: 3 }],
      ["POST /feedback", "asked", { entry: "x:y", verdict: "right" }],
      ["POST /feedback", "done", { asked: 5 }],
      ["POST /invalidate", "asked", {}],
      ["POST /invalidate", "failed", { asked: 7, code: "invalid_option" }],
    ]);
    const [newest] = page.records;
    expect(newest.by).toEqual({ kind: "admin", token: expect.stringMatching(/^[\w-]{16}$/), address: "127.0.0.1" });
    expect(foundIn(join(gateway.folder, "audit"), ["secret prompt", "private note", "ann@example.org"])).toEqual([]);
    const two = await records(gateway, "?limit=2");
    expect(two).toMatchObject({ records: [{ sequence: 8 }, { sequence: 7 }], cursor: "7" });
    expect(await records(gateway, `?limit=500&cursor=${two.cursor}`)).toMatchObject({ records: { length: 6 } });
    expect((await callAdmin(gateway, "/audit?cursor=x")).status).toBe(400);
  });

  test("counts those who come without the right token, and has a line for the first", async () => {
    const { gateway } = await runBoth(inMemory);
    for (let times = 0; times < 5; times += 1)
      await callAdmin(gateway, "/stats", { headers: { authorization: "Bearer wrong-token-of-somebody" } });
    await expect.poll(async () => (await records(gateway)).records.length, { timeout: 20_000 }).toBe(1);
    expect(await records(gateway)).toMatchObject({
      records: [{ action: "admin log-in", by: { kind: "nobody", address: "127.0.0.1" }, what: { token: "wrong" } }],
    });
  });

  test("has nothing done that it cannot write down, and says so", async () => {
    const { gateway } = await runBoth(inMemory);
    writeFileSync(join(gateway.folder, "audit"), "in the way");
    await ask(gateway);
    const refused = await callAdmin(gateway, "/invalidate", { body: { all: true } });
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([503, "audit_unavailable"]);
    expect(statusOf(await ask(gateway))).toBe("HIT");
  });
});
