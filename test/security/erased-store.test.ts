import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock, systemRandom } from "../../src/core/clock.ts";
import type { ListableStore, StoredItem } from "../../src/core/store-listing.ts";
import { localMasterKeys } from "../../src/storage/sealing/master-keys.ts";
import { Sealing } from "../../src/storage/sealing/sealing.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { bearer, question } from "../e2e/chat-call.ts";
import { onDisk, runGateway, runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { askUntilStored } from "../e2e/stored-answer.ts";
import { bytesIn } from "./canary.ts";

const masterKey = Buffer.alloc(32, 7);
const canary = (whose: string) => `Where does the canary of ${whose} sing at night?`;

/** Everything that can be read of a data folder by whoever has the master key. */
async function readable(directory: string): Promise<readonly StoredItem[]> {
  const store = sqlite(directory);
  const masters = localMasterKeys(masterKey, [], systemRandom);
  const sealing = await Sealing.open({ store, masters, clock: systemClock, random: systemRandom });
  try {
    const { items } = await (sealing.store as ListableStore).list({ limit: 1_000 });
    return items;
  } finally {
    await sealing.close();
    await store.close();
  }
}

function copy(from: string, to: string, names: RegExp): void {
  for (const name of readdirSync(from)) if (names.test(name)) copyFileSync(join(from, name), join(to, name));
}

test("X8: of an erased tenant nothing can be read, not with the whole store of before and the master key", async () => {
  const security = { masterKey: masterKey.toString("base64") };
  const origin = await runOrigin();
  const first = await runGateway(origin, { ...onDisk, security });
  for (const whose of ["acme", "umbra"]) await askUntilStored(first, question(canary(whose)), bearer(`of-${whose}`));
  const hit = await askUntilStored(first, question(canary("acme")), bearer("of-acme"));
  const tenant = decodeURIComponent(String(hit.headers["x-ai-cache-entry"]).split(":")[0] as string);
  // Files of a store that is written to are of no one moment.
  await first.close();
  const [before, mixed] = [temporaryFolder(), temporaryFolder()];
  copy(first.folder, before, /^(cache|keys)\.db/);
  expect((await readable(before)).filter((item) => item.tenant === tenant)).not.toEqual([]);

  const gateway = await runGateway(origin, { ...onDisk, security }, first.folder);
  const erased = await callAdmin(gateway, `/tenants/${encodeURIComponent(tenant)}`, { method: "DELETE" });
  const { id } = JSON.parse(erased.text);
  const erasure = async () => JSON.parse((await callAdmin(gateway, `/erasures/${id}`)).text);
  await expect
    .poll(erasure, { timeout: 30_000 })
    .toMatchObject({ state: "done", receipt: { receipt: { erased: { tenant } } } });
  await gateway.close();
  // What is there now, and what was there before with the keys of now.
  copy(gateway.folder, mixed, /^(cache|keys)\.db/);
  const left = (await readable(mixed)).filter((item) => item.tenant === tenant);
  expect(left.map(({ key, value }) => [key, value.byteLength])).toEqual([["g:tenant", 12]]);
  for (const name of readdirSync(mixed)) if (name.startsWith("cache")) rmSync(join(mixed, name));
  copy(before, mixed, /^cache\.db/);
  const items = await readable(mixed);
  expect(items.filter((item) => item.tenant === tenant)).toEqual([]);
  expect(items.filter((item) => Buffer.from(item.value).includes(canary("umbra")))).not.toEqual([]);
  for (const folder of [before, mixed, gateway.folder])
    expect(Buffer.from(bytesIn(folder)).includes("the canary of acme")).toBe(false);
});
