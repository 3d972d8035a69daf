import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import { fingerprint } from "../core/fingerprint.ts";
import { systemTenant } from "../core/scopes.ts";
import { memory } from "../stores/memory.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import { type MasterKeyOptions, obtainMasterKey } from "./master-key.ts";

function setUp() {
  const clock = new ManualClock();
  const shared = memory({ clock });
  const replaced: string[] = [];
  const options = (store = shared as MasterKeyOptions["store"], name = ""): MasterKeyOptions => ({
    store,
    given: undefined,
    random: systemRandom,
    clock,
    onReplaced: () => replaced.push(name),
  });
  return { clock, shared, replaced, options };
}

describe("the master key", () => {
  it("is shared by all who share a store, and needs no store where it is given", async () => {
    const { options, replaced } = setUp();
    const [one, two] = [await obtainMasterKey(options()), await obtainMasterKey(options())];
    expect(fingerprint(one.key, "x")).toBe(fingerprint(two.key, "x"));
    const given = await obtainMasterKey({ ...options(), given: "a secret of my own" });
    expect(fingerprint(given.key, "x")).not.toBe(fingerprint(one.key, "x"));
    expect((await obtainMasterKey({ ...options(), given: "a secret of my own" })).key).not.toBe(given.key);
    expect(replaced).toEqual([]);
  });

  it("R1: is one for the time being while the store is away, and the store's as soon as it is back", async () => {
    const { clock, shared, options, replaced } = setUp();
    const before = await obtainMasterKey(options());
    const chaos = new ChaosStore(shared);
    chaos.mode = "failing";
    const late = await obtainMasterKey(options(chaos, "late"));
    const first = fingerprint(late.key, "x");
    expect(first).not.toBe(fingerprint(before.key, "x"));
    clock.advance(1_000);
    await new Promise(setImmediate);
    expect(fingerprint(late.key, "x")).toBe(first);
    chaos.mode = "healthy";
    clock.advance(1_000);
    await new Promise(setImmediate);
    expect(fingerprint(late.key, "x")).toBe(fingerprint(before.key, "x"));
    expect(replaced).toEqual(["late"]);
  });

  it("R1: stays what it was where the store turns out to have none", async () => {
    const { clock, shared, options, replaced } = setUp();
    const chaos = new ChaosStore(shared);
    chaos.mode = "failing";
    const early = await obtainMasterKey(options(chaos, "early"));
    const first = fingerprint(early.key, "x");
    chaos.mode = "healthy";
    clock.advance(1_000);
    await new Promise(setImmediate);
    expect(fingerprint(early.key, "x")).toBe(first);
    expect(fingerprint((await obtainMasterKey(options())).key, "x")).toBe(first);
    expect(replaced).toEqual([]);
  });

  it("R8: is given again to a store that lost it, and follows where another was quicker", async () => {
    const { clock, shared, options, replaced } = setUp();
    const [one, two] = [await obtainMasterKey(options(shared, "one")), await obtainMasterKey(options(shared, "two"))];
    const first = fingerprint(one.key, "x");
    await shared.delete(systemTenant, "master-key");
    clock.advance(10_000);
    await new Promise(setImmediate);
    expect(fingerprint((await obtainMasterKey(options())).key, "x")).toBe(first);
    await shared.delete(systemTenant, "master-key");
    const quicker = await obtainMasterKey(options(shared, "quicker"));
    expect(fingerprint(quicker.key, "x")).not.toBe(first);
    clock.advance(10_000);
    await new Promise(setImmediate);
    expect(fingerprint(one.key, "x")).toBe(fingerprint(quicker.key, "x"));
    expect(fingerprint(two.key, "x")).toBe(fingerprint(quicker.key, "x"));
    expect(replaced.filter((name) => name !== "")).toEqual(["one", "two"]);
  });

  it("R1: is not asked for any more once closed", async () => {
    const { clock, shared, options, replaced } = setUp();
    await obtainMasterKey(options());
    const chaos = new ChaosStore(shared);
    chaos.mode = "failing";
    const closed = await obtainMasterKey(options(chaos, "closed"));
    closed.close();
    chaos.mode = "healthy";
    clock.advance(60_000);
    await new Promise(setImmediate);
    expect(replaced).toEqual([]);
  });
});
