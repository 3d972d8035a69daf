import { describe, expect, it } from "vitest";
import type { BusMessage } from "../core/bus.ts";
import { ManualClock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";
import { memory } from "../stores/memory.ts";
import { RenewalJournal } from "./renewal-journal.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const token = (seed: number): Uint8Array => new Uint8Array(12).fill(seed);
const [old, renewed, later] = [token(1), token(2), token(3)];

type Renewal = Extract<BusMessage, { kind: "renewed" }>;
const renewal = (more: Partial<Renewal> = {}): Renewal => {
  return { kind: "renewed", tenant: "t", scope: "tag:a", token: renewed, before: old, ...more };
};

/** Lets what the timer set off come to its end. */
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const inner = memory({ clock });
  const away = { is: false };
  const cannotDelete = { is: false };
  const reads: number[] = [];
  const store: Store = {
    ...{ name: "shared", add: inner.add.bind(inner) },
    delete: (...given) => (cannotDelete.is ? Promise.reject(new Error("cut")) : inner.delete(...given)),
    ...{ stats: () => inner.stats(), close: () => inner.close() },
    get(tenant, keys) {
      reads.push(keys.length);
      return away.is ? Promise.reject(new Error("away")) : inner.get(tenant, keys);
    },
    set: (...given) => inner.set(...given),
  };
  const lost: number[] = [];
  const journal = new RenewalJournal({ store, clock, onLost: (count) => void lost.push(count) });
  const hold = (value: Uint8Array, scope = "tag:a") => inner.set("t", `g:${scope}`, value, forEver);
  const held = (scope = "tag:a") => inner.get("t", [`g:${scope}`])[0];
  return { clock, store, away, cannotDelete, reads, lost, journal, hold, held };
}

describe("RenewalJournal", () => {
  it("removes again what is back together with the loss of its removal, and nothing that came after it", async () => {
    const { journal, hold, held, lost, store } = setUp();
    const removal = { tenant: "t", key: "slot", scope: "removed:slot", token: renewed, deleteAt: forEver.deleteAt };
    journal.noteRemoval(removal);
    hold(renewed, removal.scope);
    await store.set("t", "slot", later, forEver);
    await journal.look();
    expect(lost).toEqual([]);
    expect((await store.get("t", ["slot"]))[0]).toEqual(later);
    await store.delete("t", `g:${removal.scope}`);
    await journal.look();
    expect(lost).toEqual([1]);
    expect((await store.get("t", ["slot"]))[0]).toBeUndefined();
    expect(held(removal.scope)).toEqual(renewed);
  });

  it("removes again what it could not remove when it had told of it already", async () => {
    const { journal, lost, store, cannotDelete } = setUp();
    journal.noteRemoval({ tenant: "t", key: "slot", scope: "removed:slot", token: renewed, ...forEver });
    await store.set("t", "slot", old, forEver);
    cannotDelete.is = true;
    expect(await journal.look()).toBe(false);
    cannotDelete.is = false;
    expect(await journal.look()).toBe(true);
    expect((await store.get("t", ["slot"]))[0]).toBeUndefined();
    await store.set("t", "slot", later, forEver);
    expect(await journal.look()).toBe(true);
    expect((await store.get("t", ["slot"]))[0]).toEqual(later);
    expect(lost).toEqual([1, 1]);
  });

  it("makes again what the store has forgotten, as often as it forgets", async () => {
    const { clock, journal, hold, held, lost } = setUp();
    journal.note(renewal());
    for (const times of [1, 2]) {
      hold(old);
      clock.advance(5_000);
      await turn();
      expect(held()).toEqual(renewed);
      expect(lost).toEqual(Array.from({ length: times }, () => 1));
    }
  });

  it.each([
    ["the new one", renewed],
    ["a later one", later],
  ])("leaves %s alone", async (_, present) => {
    const { journal, hold, held, lost } = setUp();
    journal.note(renewal());
    hold(present);
    expect(await journal.look()).toBe(true);
    expect([held(), lost]).toEqual([present, []]);
  });

  it("leaves a token that is not there alone: nothing lives by it", async () => {
    const { journal, held, lost } = setUp();
    journal.note(renewal());
    await journal.look();
    expect([held(), lost]).toEqual([undefined, []]);
  });

  it("knows of each scope the last renewal only", async () => {
    const { journal, hold, held, lost } = setUp();
    journal.note(renewal());
    journal.note(renewal({ token: later, before: renewed }));
    hold(renewed);
    await journal.look();
    expect([held(), lost]).toEqual([later, [1]]);
  });

  it.each([
    ["in turn", [0, 1]],
    ["the last one first", [1, 0]],
  ])("makes the last of several renewals again where all of them were lost, heard of %s", async (_, order) => {
    const { journal, hold, held, lost } = setUp();
    const renewals = [renewal(), renewal({ token: later, before: renewed })];
    for (const index of order) journal.note(renewals[index] as Renewal);
    for (const lostTo of [old, renewed]) {
      hold(lostTo);
      await journal.look();
      expect(held()).toEqual(later);
    }
    expect(lost).toEqual([1, 1]);
  });

  it("does not remember what had no generation before", async () => {
    const { clock, journal, reads } = setUp();
    journal.note(renewal({ before: undefined }));
    clock.advance(60_000);
    await turn();
    expect(reads).toEqual([]);
  });

  it("forgets after ten minutes, and then asks nobody any more", async () => {
    const { clock, journal, hold, held, reads } = setUp();
    journal.note(renewal());
    for (let seconds = 0; seconds < 600; seconds += 5) {
      clock.advance(5_000);
      await turn();
    }
    const asked = reads.length;
    expect(asked).toBeGreaterThan(100);
    hold(old);
    for (let times = 0; times < 10; times += 1) {
      clock.advance(5_000);
      await turn();
    }
    expect([held(), reads.length]).toEqual([old, asked]);
  });

  it("remembers 10,000 renewals, and the oldest no more", async () => {
    const { journal, hold, held, lost, reads } = setUp();
    for (let index = 0; index <= 10_000; index += 1) journal.note(renewal({ scope: `tag:${index}` }));
    for (const scope of ["tag:0", "tag:1", "tag:10000"]) hold(old, scope);
    await journal.look();
    expect(reads).toEqual([10_000]);
    expect([held("tag:0"), held("tag:1"), held("tag:10000")]).toEqual([old, renewed, renewed]);
    expect(lost).toEqual([2]);
  });

  it("tries again when the store cannot be asked, and tells so", async () => {
    const { clock, away, journal, hold, held } = setUp();
    journal.note(renewal());
    hold(old);
    away.is = true;
    expect(await journal.look()).toBe(false);
    clock.advance(5_000);
    await turn();
    expect(held()).toEqual(old);
    away.is = false;
    clock.advance(5_000);
    await turn();
    expect(held()).toEqual(renewed);
  });

  it("looks once at a time", async () => {
    const { journal, reads } = setUp();
    journal.note(renewal());
    await Promise.all([journal.look(), journal.look(), journal.look()]);
    expect(reads).toEqual([1]);
  });

  it("is in doubt until it has looked after the doubt, and not only before", async () => {
    const { away, journal, reads } = setUp();
    journal.note(renewal());
    expect(journal.isInDoubt).toBe(false);
    const earlier = journal.look();
    journal.doubt();
    expect(journal.isInDoubt).toBe(true);
    expect(await journal.settle()).toBe(true);
    await earlier;
    expect([journal.isInDoubt, reads.length]).toEqual([false, 2]);
    journal.doubt();
    away.is = true;
    expect([await journal.settle(), journal.isInDoubt]).toEqual([false, true]);
    away.is = false;
    expect(await journal.settle()).toBe(true);
  });

  it("asks nobody once it is closed", async () => {
    const { clock, journal, reads } = setUp();
    journal.note(renewal());
    journal.close();
    clock.advance(60_000);
    await turn();
    await journal.look();
    expect(reads).toEqual([]);
  });
});
