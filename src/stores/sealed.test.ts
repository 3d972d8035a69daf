import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import { keyRowsAmongValues } from "../core/key-rows.ts";
import type { SealRejection } from "../core/sealer.ts";
import { isListable, type ListableStore } from "../core/store-listing.ts";
import { localMasterKeys } from "../storage/sealing/master-keys.ts";
import { Sealing } from "../storage/sealing/sealing.ts";
import { listingContract } from "../testing/listing-contract.ts";
import { storeContract } from "../testing/store-contract.ts";
import { memory } from "./memory.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const masters = () => localMasterKeys(new Uint8Array(32).fill(7), [], systemRandom);

async function setUp(bare = memory({ clock: new ManualClock() }), clock = new ManualClock()) {
  const rejected: SealRejection[] = [];
  const onReject = (reason: SealRejection) => void rejected.push(reason);
  const sealing = await Sealing.open({ store: bare, masters: masters(), clock, random: systemRandom, onReject });
  return { bare, clock, sealing, store: sealing.store, rejected };
}

async function rawItems(bare: ListableStore) {
  return (await bare.list({ limit: 1_000 })).items;
}

describe("a sealed store: the store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    const keys = memory({ clock });
    const keyRows = () => keyRowsAmongValues(keys, () => ({ isErased: true, notes: [] }));
    const bare = Object.assign(memory({ maxBytes: 16 * 1024 * 1024, clock }), { keyRows });
    const sealing = await Sealing.open({ store: bare, masters: masters(), clock, random: systemRandom });
    return { clock, store: sealing.store as ListableStore, dispose: () => sealing.close() };
  };
  for (const { name, run } of [...storeContract(make), ...listingContract(make)]) it(name, run);
});

describe("a sealed store", () => {
  it("leaves nothing to read in the store behind it, neither of values nor of what their keys say", async () => {
    const { bare, store } = await setUp();
    await store.set("acme", "g:tag:canary-tag", Buffer.from("canary-value"), forEver);
    await store.add("acme", "note:canary-note", Buffer.from("canary-added"), forEver);
    const items = await rawItems(bare);
    expect(items.length).toBeGreaterThan(2);
    for (const { key, value } of items)
      expect(`${key} ${Buffer.from(value).toString("latin1")}`).not.toContain("canary");
    const [value] = await store.get("acme", ["g:tag:canary-tag"]);
    expect(Buffer.from(value ?? []).toString()).toBe("canary-value");
    expect(isListable(store)).toBe(true);
    const listed = await (store as ListableStore).list({ limit: 100 });
    expect(listed.items.map(({ key }) => key).sort()).toEqual(["g:tag:canary-tag", "note:canary-note"]);
  });

  it("keeps keys that are hashes as they are", async () => {
    const { bare, store } = await setUp();
    const key = randomBytes(32).toString("base64url");
    await store.set("acme", key, Buffer.from("1"), forEver);
    await store.set("acme", `${key}.2`, Buffer.from("2"), forEver);
    expect((await rawItems(bare)).map((item) => item.key)).toEqual(expect.arrayContaining([key, `${key}.2`]));
  });

  it("X14: takes values that were swapped between keys or tenants, altered or cut for absent, tells it and removes them", async () => {
    const { bare, store, rejected } = await setUp();
    const [one, two] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
    await store.set("acme", one, Buffer.from("of acme"), forEver);
    await store.set("other", one, Buffer.from("of other"), forEver);
    const [mine, others] = [bare.get("acme", [one])[0] as Uint8Array, bare.get("other", [one])[0] as Uint8Array];
    const flipped = Uint8Array.from(mine);
    flipped[flipped.length - 1] = (flipped.at(-1) as number) ^ 1;
    for (const [tenant, key, bytes] of [
      ["acme", two, mine],
      ["acme", one, others],
      ["acme", one, flipped],
      ["acme", one, mine.slice(0, 63)],
    ] as const) {
      bare.set(tenant, key, bytes, forEver);
      expect(await store.get(tenant, [key])).toEqual([undefined]);
      expect(bare.get(tenant, [key])).toEqual([undefined]);
    }
    expect(rejected).toEqual(["damaged", "damaged", "damaged", "damaged"]);
  });

  it("takes what is not sealed for absent and removes it, and leaves what a later version has sealed", async () => {
    const { bare, store, rejected } = await setUp();
    const key = randomBytes(32).toString("base64url");
    bare.set(
      "acme",
      key,
      Buffer.from("plain bytes, as they were stored before sealing was turned on, or by somebody"),
      forEver,
    );
    expect(await store.get("acme", [key])).toEqual([undefined]);
    expect(bare.get("acme", [key])).toEqual([undefined]);
    bare.set("acme", key, Buffer.from("plain"), forEver);
    expect(Buffer.from(await store.add("acme", key, Buffer.from("sealed"), forEver)).toString()).toBe("sealed");
    expect(Buffer.from((await store.get("acme", [key]))[0] ?? []).toString()).toBe("sealed");
    const newer = Uint8Array.from(bare.get("acme", [key])[0] as Uint8Array);
    newer[2] = 200;
    bare.set("acme", key, newer, forEver);
    expect(await store.get("acme", [key])).toEqual([undefined]);
    expect(bare.get("acme", [key])[0]).toHaveLength(newer.length);
    expect(rejected).toEqual(["unsealed", "unsealed", "newer"]);
  });

  it("answers at once where the driver does and the key is in memory", async () => {
    const { store } = await setUp();
    const key = randomBytes(32).toString("base64url");
    await store.set("acme", key, Buffer.from("1"), forEver);
    expect(store.get("acme", [key])).toEqual([Buffer.from("1")]);
  });

  it("seals with the key of the owner where the write names one", async () => {
    const { sealing, store, rejected } = await setUp();
    const [ofUser, ofTenant] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
    await store.set("", "answer:1", Buffer.from("of ada"), { ...forEver, owner: { tenant: "acme", user: "ada" } });
    await store.set("acme", ofUser, Buffer.from("of ada"), { ...forEver, owner: { tenant: "acme", user: "ada" } });
    await store.set("acme", ofTenant, Buffer.from("of acme"), forEver);
    expect((await sealing.destroy({ tenant: "acme", user: "ada" })).keys).toBe(1);
    expect(await store.get("", ["answer:1"])).toEqual([undefined]);
    expect(await store.get("acme", [ofUser, ofTenant])).toEqual([undefined, Buffer.from("of acme")]);
    expect(rejected).toEqual(["keyless", "keyless"]);
  });
});
