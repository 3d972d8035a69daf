import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import { fingerprintKey } from "../core/fingerprint.ts";
import { systemTenant } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";
import { type MemoryStore, memory } from "../stores/memory.ts";
import { Eraser, type ErasureDeeds } from "./eraser.ts";
import { decodeRecord, type ErasureRecord, encodeRecord, nothingErased } from "./erasure-record.ts";

const secret = fingerprintKey(new Uint8Array(32).fill(7));

/** Lets everything come to its end that waits for no timer. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
};

function setUp(clock = new ManualClock(), store: MemoryStore = memory({ clock })) {
  const done: string[] = [];
  const failing = new Map<string, Error>();
  const held = new Map<string, Promise<void>>();
  const deed = async (name: string): Promise<void> => {
    await held.get(name);
    const error = failing.get(name);
    if (error !== undefined) throw error;
    done.push(name);
  };
  const deeds: ErasureDeeds = {
    kill: () => deed("kill"),
    revokeKeys: () => deed("revoke").then(() => 2),
    removeRows: () => deed("rows").then(() => ({ counts: { rows: 5, answers: 3 } })),
    removePublished: () => deed("published").then(() => ({ counts: { published: 1 }, remains: ["browsers"] })),
    forget: () => deed("forget"),
    scrub: () => deed("scrub").then(() => ({ remains: ["backups"] })),
  };
  const destroyed = { keys: 1, isErased: true, notes: ["journals"], withinMs: 1 };
  const keyring = { has: async () => true, destroy: () => deed("destroy").then(() => destroyed) };
  const troubles: string[] = [];
  const eraser = new Eraser({
    ...{ store, secret, keyring, deeds, clock, random: systemRandom },
    receiptOf: ({ counts, remains }) => JSON.stringify({ counts, remains }),
    onTrouble: (_, step, error) => void troubles.push(`${step}: ${(error as Error).message}`),
    onDone: ({ id }) => void done.push(`done ${id}`),
  });
  onTestFinished(() => eraser.close());
  const pass = async (ms: number): Promise<void> => {
    await settled();
    clock.advance(ms);
    await settled();
  };
  return { store, clock, eraser, done, failing, held, troubles, pass };
}

describe("Eraser", () => {
  it("does the steps of a tenant in their order, and keeps the receipt in place of the wish", async () => {
    const { eraser, done, pass, store } = setUp();
    const id = await eraser.begin({ tenant: "acme" });
    await pass(1_000);
    expect(done).toEqual([
      ...["kill", "revoke", "destroy", "kill", "rows", "published", "forget", "rows", "forget", "scrub", `done ${id}`],
    ]);
    const counts = { rows: 10, answers: 6, virtualKeys: 2, dataKeys: 1, published: 1 };
    const receipt = JSON.stringify({ counts, remains: ["journals", "browsers", "backups"] });
    expect(await eraser.state(id)).toEqual({ state: "done", receipt });
    expect(store.get(systemTenant, ["erasure:0"])).toEqual([undefined]);
  });

  it("removes the rows of a user before his key is destroyed", async () => {
    const { eraser, done, pass } = setUp();
    await eraser.begin({ tenant: "acme", user: "ann" });
    await pass(1_000);
    expect(done.slice(0, -1)).toEqual([
      ...["kill", "revoke", "rows", "published", "forget", "rows", "destroy", "forget", "scrub"],
    ]);
  });

  it("tries a step again that failed, tells of it, and does not do those before it again", async () => {
    const { eraser, done, failing, troubles, pass } = setUp();
    failing.set("published", new Error("away"));
    const id = await eraser.begin({ tenant: "acme" });
    await settled();
    expect(await eraser.state(id)).toMatchObject({ state: "running", record: { step: "edge" }, trouble: "away" });
    expect(troubles).toEqual(["edge: away"]);
    failing.clear();
    await pass(5_000);
    await pass(1_000);
    expect(await eraser.state(id)).toMatchObject({ state: "done" });
    expect(done.filter((name) => name === "destroy")).toHaveLength(1);
  });

  it("is in trouble no more when it gets on", async () => {
    const { eraser, failing, pass } = setUp();
    failing.set("kill", new Error("away"));
    const id = await eraser.begin({ tenant: "acme" });
    await settled();
    failing.clear();
    failing.set("scrub", new Error("locked"));
    await pass(5_000);
    expect(await eraser.state(id)).toMatchObject({ record: { step: "rows again" }, trouble: undefined });
    await pass(1_000);
    expect(await eraser.state(id)).toMatchObject({ record: { step: "scrub" }, trouble: "locked" });
  });

  it("says that it is alive in the order in which it says so, however long the store takes", async () => {
    const { eraser, held, pass, store, clock } = setUp();
    const [released, isStored] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    held.set("published", released.promise);
    await eraser.begin({ tenant: "acme" });
    await settled();
    const slow: Store = store;
    const { set } = store;
    slow.set = async (...given) => {
      slow.set = set;
      await isStored.promise;
      return set.apply(store, given);
    };
    for (let told = 0; told < 2; told += 1) await pass(5_000);
    isStored.resolve();
    await settled();
    const [value] = store.get(systemTenant, ["erasure:0"]);
    expect(decodeRecord(secret, "erasure:0", value as Uint8Array)?.aliveAt).toBe(clock.now());
    released.resolve();
  });

  it("T1: is gone on with though the clock of the one that had it was a day ahead", async () => {
    const ahead = setUp(new ManualClock(Date.UTC(2026, 0, 2)));
    ahead.failing.set("scrub", new Error("killed"));
    const id = await ahead.eraser.begin({ tenant: "acme" });
    await ahead.pass(1_000);
    await ahead.eraser.close();
    const right = setUp(new ManualClock(Date.UTC(2026, 0, 1)), ahead.store);
    await right.eraser.watch();
    await right.pass(1_000);
    expect(right.done).toEqual(["forget", "scrub", `done ${id}`]);
  });

  it("is gone on with by another process when the one that had it is silent, from the step it had come to", async () => {
    const first = setUp();
    first.failing.set("scrub", new Error("killed"));
    const id = await first.eraser.begin({ tenant: "acme" });
    await first.pass(1_000);
    await first.eraser.close();
    const second = setUp(first.clock, first.store);
    await second.eraser.watch();
    expect(second.done).toEqual([]);
    await second.pass(20_000);
    await second.pass(1_000);
    expect(second.done).toEqual(["forget", "scrub", `done ${id}`]);
  });

  it("leaves an erasure alone whose process says that it is at it", async () => {
    const first = setUp();
    first.failing.set("rows", new Error("slow"));
    await first.eraser.begin({ tenant: "acme" });
    const second = setUp(first.clock, first.store);
    await second.eraser.watch();
    for (let seconds = 0; seconds < 60; seconds += 5) await second.pass(5_000);
    expect(second.done).toEqual([]);
  });

  it("knows nothing of an erasure that was never begun", async () => {
    expect(await setUp().eraser.state("none")).toBeUndefined();
  });
});

describe("an erasure in the store", () => {
  const record: ErasureRecord = {
    ...{ id: "1", tenant: "acme", user: "ann@example.org", askedAt: 0, step: "dead", counts: nothingErased },
    ...{ remains: [], by: "x", aliveAt: 0 },
  };

  it("does not show who is erased, and is read only where it was written, with its secret", () => {
    const bytes = encodeRecord(secret, "erasure:0", record, systemRandom);
    expect(Buffer.from(bytes).toString("latin1")).not.toMatch(/acme|ann/);
    expect(decodeRecord(secret, "erasure:0", bytes)).toEqual(record);
    expect(decodeRecord(secret, "erasure:1", bytes)).toBeUndefined();
    expect(decodeRecord(fingerprintKey(new Uint8Array(32)), "erasure:0", bytes)).toBeUndefined();
    expect(decodeRecord(secret, "erasure:0", bytes.with(30, (bytes[30] as number) ^ 1))).toBeUndefined();
    expect(decodeRecord(secret, "erasure:0", new Uint8Array(3))).toBeUndefined();
  });
});
