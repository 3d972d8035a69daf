import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KeyRows } from "../../src/core/key-rows.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { onDisk, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

/** Sealing as somebody who runs a gateway meets it: turned on, with the wrong key, with a new one, and renewed. */

const keyOf = (name: string): string => Buffer.alloc(32, name).toString("base64");
const sealed = (masterKey: string, others: object = {}) => ({ ...onDisk, security: { masterKey, ...others } });

test("a store that becomes one with another master key while it is in use is left alone, and that is told", async () => {
  const gateway = await runGateway(await runOrigin(), sealed(keyOf("one")));
  await ask(gateway, question("Who am I?"), bearer("sk-1"));
  const ready = async () => (await exchange(`${gateway.url}/readyz`)).text;
  expect(await ready()).toContain("ready");
  const other = await runGateway(await runOrigin(), sealed(keyOf("two")));
  const rowsIn = async <T>(folder: string, use: (rows: KeyRows) => T): Promise<Awaited<T>> => {
    const store = sqlite(folder);
    const rows = store.keyRows();
    try {
      return await use(rows);
    } finally {
      await rows.close();
      await store.close();
    }
  };
  const [row] = await rowsIn(other.folder, (rows) => rows.get(["root.1"]));
  await rowsIn(gateway.folder, (rows) => rows.set("root.1", row as Uint8Array));
  // Somebody of whom there is no key yet: before one is made it is seen whose store that is.
  await ask(gateway, question("And who am I?"), bearer("sk-2"));
  await eventually("it is degraded", async () => (await ready()).includes("degraded"));
  const { text } = await exchange(`${gateway.url}/metrics`);
  expect(text).toMatch(/^reprise_sealing_rejected_total\{reason="wrong_key"\} 1$/m);
  expect((await ask(gateway, question("Who else?"), bearer("sk-2"))).status).toBe(200);
});

test("virtual keys and prompts of before are sealed and go on when sealing is turned on", async () => {
  const origin = await runOrigin();
  const keyed = { upstreams: { main: { url: origin.url, apiKey: "sk-upstream-1" } }, tenancy: { mode: "keys" } };
  const plain = await runGateway(origin, { ...onDisk, ...keyed });
  const { key } = JSON.parse((await callAdmin(plain, "/keys", { body: { tenant: "acme" } })).text);
  const text = "You are the canary of acme.";
  await callAdmin(plain, "/prompts/bird", { method: "PUT", body: { tenant: "acme", text } });
  await plain.close();
  const gateway = await runGateway(origin, { ...sealed(keyOf("one")), ...keyed }, plain.folder);
  expect((await ask(gateway, question(), bearer(key))).status).toBe(200);
  expect((await callAdmin(gateway, "/prompts")).text).toContain("bird");
  expect((await callAdmin(gateway, "/keys")).text).toContain("acme");
});

test("what was stored without sealing is met no more, and cleaned away; the master key may change, and the keys be renewed", async () => {
  const origin = await runOrigin();
  const folder = temporaryFolder();
  const canary = question("a canary in the sea", { user: "ada" });
  const cachedBy = (gateway: { readonly url: string }) =>
    ask(gateway, canary, { ...bearer("sk-1"), "cache-control": "only-if-cached" });
  const found = (gateway: { readonly url: string }) =>
    eventually("the answer is found", async () => (await cachedBy(gateway)).headers["x-ai-cache-status"] === "HIT");
  const bytes = () =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.includes(".db"))
      .map(({ name }) => readFileSync(join(folder, name), "latin1"))
      .join("");

  const plain = await runGateway(origin, onDisk, folder);
  await ask(plain, canary, bearer("sk-1"));
  await found(plain);
  await plain.close();
  expect(bytes()).toContain("a canary in the sea");

  const first = await runGateway(origin, sealed(keyOf("one")), folder);
  expect((await cachedBy(first)).status).toBe(504);
  await ask(first, canary, bearer("sk-1"));
  await found(first);
  await first.close();

  const environment = { REPRISE_MASTER_KEY: keyOf("one") };
  const cleaned = await runCommand(["sealing", "clean", "--data", folder, "--json"], { environment });
  expect(JSON.parse(cleaned.stdout)).toMatchObject({ ok: true, removed: expect.any(Number), kept: expect.any(Number) });
  expect(JSON.parse(cleaned.stdout).removed).toBeGreaterThan(0);
  // The questions of before are in the file of vectors, which is made anew where it is missing.
  for (const name of readdirSync(folder)) if (name.startsWith("semantic.db")) rmSync(join(folder, name));
  expect(bytes()).not.toContain("a canary in the sea");

  const wrong = await runCommand(["serve", "--port", "0", "--data", folder], {
    environment: { REPRISE_MASTER_KEY: keyOf("two") },
  });
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/^reprise: security\.masterKey is not the key that the store is sealed with: .*\n$/);
  expect(wrong.stderr).toContain("security.previousMasterKeys");
  expect(wrong.stderr).not.toContain(keyOf("two"));

  const second = await runGateway(origin, sealed(keyOf("two"), { previousMasterKeys: [keyOf("one")] }), folder);
  await found(second);
  const renewed = await runCommand(["sealing", "rotate", "--data", folder, "--json"], {
    environment: { REPRISE_MASTER_KEY: keyOf("two") },
  });
  expect(JSON.parse(renewed.stdout)).toEqual({ ok: true, store: "sqlite", epoch: 2 });
  await found(second);
  await second.close();

  const late = await runCommand(["sealing", "status", "--data", folder], { environment });
  expect([late.code, late.stderr]).toEqual([
    1,
    expect.stringContaining("is not the key that the store is sealed with"),
  ]);
  const third = await runGateway(origin, sealed(keyOf("two")), folder);
  await found(third);
  expect(origin.callCount).toBe(2);
});
