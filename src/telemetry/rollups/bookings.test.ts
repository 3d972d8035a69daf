import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import type { Store } from "../../core/store.ts";
import type { TraceEvent } from "../../core/trace.ts";
import { memory } from "../../stores/memory.ts";
import { Bookings } from "./bookings.ts";

type Saving = Extract<TraceEvent, { type: "saving" }>;

const price = { picodollars: 70, usd: "0.00000000007", source: "override", conservativePicodollars: 7 };
const usage = { inputTokens: 5, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 2, reasoningTokens: 1 };

function saving(by: Saving["by"] = "semantic", cost: Saving["cost"] = { usage, price }): Saving {
  return { type: "saving", by, protocol: "p", originId: "o", model: "m", cost, bytes: 12 };
}

/** Processes over one store that can be taken away. */
function setUp() {
  const clock = new ManualClock();
  const inner = memory({ clock });
  const network = { isAway: false };
  const reached = (): typeof inner => {
    if (network.isAway) throw new Error("away");
    return inner;
  };
  const store: Pick<Store, "get" | "add" | "set"> = {
    get: (...given) => reached().get(...given),
    add: (...given) => reached().add(...given),
    set: (...given) => reached().set(...given),
  };
  const starting = (shared: typeof store | undefined = store) => {
    const undone: TraceEvent[] = [];
    const trace = (event: TraceEvent): void => {
      undone.push(event);
    };
    return { bookings: new Bookings({ store: shared, clock, random: systemRandom, trace }), undone };
  };
  return { clock, inner, network, starting };
}

describe("Bookings", () => {
  it("takes back what another process has noted, to the last figure", async () => {
    const { starting } = setUp();
    const [server, told] = [starting(), starting()];
    server.bookings.note("t:a", saving(), 250);
    server.bookings.note("t:b", saving("exact", { usage: undefined, price: undefined }), undefined);
    await server.bookings.write();
    await told.bookings.undo("t:a");
    await told.bookings.undo("t:b");
    expect(told.undone).toEqual([
      { type: "saving-undone", by: "semantic", model: "m", cost: { usage, price }, bytes: 12, timeMs: 250 },
      {
        ...{ type: "saving-undone", by: "exact", model: "m", bytes: 12, timeMs: undefined },
        cost: { usage: undefined, price: undefined },
      },
    ]);
    expect(server.bookings.isBehind || told.bookings.isBehind).toBe(false);
  });

  it("counts the first of many reports, wherever they come in at once", async () => {
    const { starting } = setUp();
    const processes = Array.from({ length: 8 }, () => starting());
    processes[0]?.bookings.note("t:a", saving(), 1);
    await processes[0]?.bookings.write();
    await Promise.all(processes.flatMap(({ bookings }) => [bookings.undo("t:a"), bookings.undo("t:a")]));
    for (const { bookings } of processes) await bookings.write();
    expect(processes.flatMap(({ undone }) => undone)).toHaveLength(1);
  });

  it("waits for the note of another process, and not for ever", async () => {
    const { starting } = setUp();
    const [server, told] = [starting(), starting()];
    server.bookings.note("t:a", saving(), 1);
    await told.bookings.undo("t:a");
    await told.bookings.undo("t:never");
    expect([told.undone.length, told.bookings.isBehind]).toEqual([0, true]);
    await server.bookings.write();
    for (let tick = 0; tick < 4; tick++) await told.bookings.write();
    expect([told.undone.length, told.bookings.isBehind]).toEqual([1, false]);
  });

  it("a hit that comes after the report is not what was reported", async () => {
    const { clock, starting } = setUp();
    const { bookings, undone } = starting();
    await bookings.undo("t:a");
    clock.advance(1);
    bookings.note("t:a", saving(), 1);
    for (let tick = 0; tick < 4; tick++) await bookings.write();
    expect([undone, bookings.isBehind]).toEqual([[], false]);
  });

  it("while the store is away keeps notes and reports", async () => {
    const { network, starting } = setUp();
    const [server, told] = [starting(), starting()];
    network.isAway = true;
    server.bookings.note("t:a", saving(), 1);
    await server.bookings.write();
    await told.bookings.undo("t:a");
    for (let tick = 0; tick < 20; tick++) await told.bookings.write();
    expect([server.bookings.isBehind, told.bookings.isBehind, told.undone.length]).toEqual([true, true, 0]);
    network.isAway = false;
    await server.bookings.write();
    await told.bookings.write();
    expect(told.undone).toHaveLength(1);
  });

  it("writes one note for an entry, however often it is hit", async () => {
    const { inner, starting } = setUp();
    const { bookings } = starting();
    for (let hit = 0; hit < 100; hit++) bookings.note(`t:${hit % 2}`, saving(), 1);
    await bookings.write();
    expect(inner.stats().entries).toBe(2);
    for (let hit = 0; hit < 100; hit++) bookings.note(`t:${hit % 2}`, saving(), 1);
    expect(bookings.isBehind).toBe(false);
  });

  it("writes so many at once and the others later, and forgets what is too much", async () => {
    const { inner, starting } = setUp();
    const { bookings } = starting();
    for (let hit = 0; hit < 20_000; hit++) bookings.note(`t:${hit}`, saving(), 1);
    await bookings.write();
    expect(inner.stats().entries).toBe(500);
    for (let tick = 0; tick < 20; tick++) await bookings.write();
    expect([inner.stats().entries, bookings.isBehind]).toEqual([5_000, false]);
  });

  it("without a store does it for this process alone", async () => {
    const { starting } = setUp();
    const undone: TraceEvent[] = [];
    const clock = new ManualClock();
    const trace = (event: TraceEvent): void => {
      undone.push(event);
    };
    const alone = new Bookings({ store: undefined, clock, random: systemRandom, trace });
    alone.note("t:a", saving(), 1);
    for (const id of ["t:a", "t:a", "t:b"]) await alone.undo(id);
    expect([undone.length, alone.isBehind]).toEqual([1, false]);
    expect(starting().undone).toEqual([]);
  });

  it("a note that is damaged is none", async () => {
    const { inner, starting } = setUp();
    const [server, told] = [starting(), starting()];
    server.bookings.note("t:a", saving(), 1);
    const set = inner.set.bind(inner);
    inner.set = (tenant, key, _, options) => set(tenant, key, Buffer.from('{"by":"exact"}'), options);
    await server.bookings.write();
    for (let tick = 0; tick < 4; tick++) await told.bookings.undo("t:a");
    expect([told.undone, told.bookings.isBehind]).toEqual([[], false]);
  });
});
