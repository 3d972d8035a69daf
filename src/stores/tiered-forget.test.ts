import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";
import { memory } from "./memory.ts";
import { tiered } from "./tiered.ts";

/** What another process has changed in the last tier, and said so. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** The last tier answers each read when it is let go, with what it had when it was asked. */
function setUp() {
  const clock = new ManualClock();
  const [near, far] = [memory({ clock }), memory({ clock })];
  const held: (() => void)[] = [];
  const line = { isSlow: false };
  const remote: Store = {
    ...{ name: "remote", set: far.set.bind(far), add: far.add.bind(far), delete: far.delete.bind(far) },
    ...{ stats: () => far.stats(), close: () => far.close() },
    get(tenant, keys) {
      const found = far.get(tenant, keys);
      return line.isSlow ? new Promise((resolve) => held.push(() => resolve(found))) : found;
    },
  };
  const store = tiered([near, remote], { clock, recheckMs: 1_000 });
  const read = async (key = "k") => {
    const [value] = await store.get("t", [key]);
    return value === undefined ? undefined : Buffer.from(value).toString("utf8");
  };
  return { clock, near, far, store, line, held, read };
}

describe("tiered.forget", () => {
  it("has the next read ask the last tier, for this key alone", async () => {
    const { far, store, read } = setUp();
    for (const key of ["k", "other"]) store.set("t", key, bytes("old"), forEver);
    for (const key of ["k", "other"]) far.set("t", key, bytes("new"), forEver);
    expect(await read()).toBe("old");
    store.forget("t", "k");
    expect([await read(), await read("other")]).toEqual(["new", "old"]);
  });

  it("does not have a slow read bring back what was forgotten meanwhile", async () => {
    const { near, far, store, line, held, read } = setUp();
    far.set("t", "k", bytes("old"), forEver);
    line.isSlow = true;
    const slow = read();
    far.set("t", "k", bytes("new"), forEver);
    store.forget("t", "k");
    for (const release of held) release();
    // Who had asked before gets what there was; nobody who asks afterwards does.
    expect(await slow).toBe("old");
    expect(near.get("t", ["k"])).toEqual([undefined]);
    line.isSlow = false;
    expect(await read()).toBe("new");
  });

  it("changes nothing in the last tier, and nothing once the store is closed", async () => {
    const { far, store } = setUp();
    far.set("t", "k", bytes("there"), forEver);
    store.forget("t", "k");
    expect(far.get("t", ["k"])[0]).toBeDefined();
    await store.close();
    expect(() => store.forget("t", "k")).not.toThrow();
  });
});

describe("tiered.distrust", () => {
  it("has the next read of every key ask the last tier, once", async () => {
    const { clock, far, store, read } = setUp();
    for (const key of ["k", "other"]) store.set("t", key, bytes("old"), forEver);
    for (const key of ["k", "other"]) far.set("t", key, bytes("new"), forEver);
    clock.advance(1);
    store.distrust();
    expect([await read(), await read("other")]).toEqual(["new", "new"]);
    clock.advance(1);
    expect(await read()).toBe("new");
    far.set("t", "k", bytes("newer"), forEver);
    expect(await read()).toBe("new");
  });

  it("does not have a slow read that began before pass for a fresh copy", async () => {
    const { clock, far, store, line, held, read } = setUp();
    far.set("t", "k", bytes("old"), forEver);
    line.isSlow = true;
    const slow = read();
    far.set("t", "k", bytes("new"), forEver);
    clock.advance(1);
    store.distrust();
    clock.advance(1);
    for (const release of held.splice(0)) release();
    expect(await slow).toBe("old");
    line.isSlow = false;
    expect(await read()).toBe("new");
  });
});
