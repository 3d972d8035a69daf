import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { systemTenant } from "../../core/scopes.ts";
import { formOf } from "../../core/sealing.ts";
import { memory } from "../../stores/memory.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import type { CarriedOver } from "./carry-over.ts";
import { localMasterKeys } from "./master-keys.ts";
import { Sealing } from "./sealing.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const slot = "a".repeat(43);
const masters = localMasterKeys(new Uint8Array(32).fill(1), [], systemRandom);

function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const told: CarriedOver[] = [];
  const open = (on = store, trustsPlain = true) =>
    Sealing.open({
      store: on,
      trustsPlain,
      masters,
      clock,
      random: systemRandom,
      onCarriedOver: (carried) => void told.push(carried),
    });
  const put = (tenant: string, key: string) => void store.set(tenant, key, Buffer.from(`plain ${key}`), forEver);
  const plain = () =>
    store
      .list({ limit: 100 })
      .items.filter(({ key, value }) => formOf(value) === "unsealed" && !key.startsWith("sealing:"));
  return { clock, store, told, open, put, plain };
}

describe("a store that is sealed for the first time", () => {
  it("keeps what somebody has set up in it, sealed, and nothing that hangs by the secret of before", async () => {
    const { told, open, put, plain } = setUp();
    for (const key of [
      "virtual-keys/abc",
      "virtual-keys/at/0",
      "edge-purge:cdn:0",
      "master-key",
      "edge-answer:song",
      slot,
    ])
      put(systemTenant, key);
    for (const key of ["prompt/bird@1", "semantic-normal:x", slot]) put("acme", key);
    const { store } = await open();
    const read = async (tenant: string, key: string) =>
      (await store.get(tenant, [key])).map((value) => value && Buffer.from(value).toString())[0];
    for (const key of ["virtual-keys/abc", "virtual-keys/at/0", "edge-purge:cdn:0"])
      expect(await read(systemTenant, key)).toBe(`plain ${key}`);
    expect(await read("acme", "prompt/bird@1")).toBe("plain prompt/bird@1");
    expect(await read(systemTenant, "master-key")).toBeUndefined();
    expect(
      plain()
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(["edge-answer:song", "master-key", "semantic-normal:x", slot, slot].toSorted());
    expect(told).toEqual([{ carried: 4, published: 1, isBlind: false }]);
  });

  it("takes nothing over that is put there later, by somebody without the key", async () => {
    const { told, open, put } = setUp();
    await open();
    put(systemTenant, "virtual-keys/forged");
    const { store } = await open();
    expect(await store.get(systemTenant, ["virtual-keys/forged"])).toEqual([undefined]);
    expect(told).toEqual([]);
  });

  it("X14: takes nothing over once its root key was removed, so that it looks as if it had never been sealed", async () => {
    const { store, told, open, put } = setUp();
    const before = await open();
    await before.store.set("acme", slot, Buffer.from("sealed"), forEver);
    await before.close();
    store.delete(systemTenant, "sealing:root.1");
    put(systemTenant, "virtual-keys/forged");
    const after = await open();
    expect(await after.store.get(systemTenant, ["virtual-keys/forged"])).toEqual([undefined]);
    expect(told).toEqual([{ carried: 0, left: 1, published: 0, isBlind: false, refused: "sealed_before" }]);
  });

  it("X14: takes nothing over where nothing is trusted that lies in plain, nor later where it is", async () => {
    const { told, open, put, plain } = setUp();
    put(systemTenant, "virtual-keys/planted");
    for (const trustsPlain of [false, true]) {
      const { store } = await open(undefined, trustsPlain);
      expect(await store.get(systemTenant, ["virtual-keys/planted"])).toEqual([undefined]);
    }
    expect(plain()).toHaveLength(1);
    expect(told).toEqual([{ carried: 0, left: 1, published: 0, isBlind: false, refused: "on" }]);
  });

  it("X14: begins nothing anew for somebody who puts back the row that said it was under way", async () => {
    const { clock, store, told, open, put } = setUp();
    const add = store.add.bind(store);
    const rows: Parameters<typeof add>[] = [];
    store.add = (...row) => {
      rows.push([...row]);
      return add(...row);
    };
    put(systemTenant, "virtual-keys/one");
    await open();
    expect(told).toHaveLength(1);
    clock.advance(86_400_000);
    // Whatever was written then, with a key of the attacker's beside it.
    for (const [tenant, key, value] of rows) store.set(tenant, key, value, forEver);
    put(systemTenant, "virtual-keys/forged");
    const { store: later } = await open();
    expect(await later.get(systemTenant, ["virtual-keys/forged"])).toEqual([undefined]);
    expect(told[1]).toEqual({ carried: 0, left: 1, published: 0, isBlind: false, refused: "late" });
  });

  it("goes on with what was broken off, after the next start", async () => {
    const { clock, store, told, open, put, plain } = setUp();
    for (const key of ["virtual-keys/one", "virtual-keys/two"]) put(systemTenant, key);
    const failing = new ChaosStore(store);
    const list = store.list.bind(store);
    // It goes away when it is looked through.
    Object.assign(failing, { list: () => Promise.reject(new Error("away")) });
    await Sealing.open({ store: failing, masters, clock, random: systemRandom });
    expect(plain()).toHaveLength(2);
    Object.assign(store, { list });
    const opened = (await open()).store;
    for (const key of ["virtual-keys/one", "virtual-keys/two"])
      expect(await opened.get(systemTenant, [key])).not.toEqual([undefined]);
    expect([plain(), told]).toEqual([[], [{ carried: 2, published: 0, isBlind: false }]]);
    await open();
    expect(told).toHaveLength(1);
  });

  it("says so where it cannot be looked through", async () => {
    const { clock, store, told, put } = setUp();
    put(systemTenant, "master-key");
    const blind = { ...store, name: "blind" };
    for (const method of ["get", "set", "add", "delete", "stats", "close"] as const)
      Object.assign(blind, { [method]: (store[method] as (...args: never[]) => unknown).bind(store) });
    Object.assign(blind, { list: undefined });
    const onCarriedOver = (carried: CarriedOver) => void told.push(carried);
    await Sealing.open({ store: blind as never, masters, clock, random: systemRandom, onCarriedOver });
    expect(told).toEqual([{ carried: 0, published: 0, isBlind: true }]);
  });
});
