import type { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import type { Outcome } from "../../../core/outcome.ts";
import { callEventSchema, totalsEventSchema } from "../events-route.ts";
import { EventFeed } from "./event-feed.ts";

const at = "1970-01-01T00:00:00.000Z";
const hit: Outcome = { kind: "hit", layer: "exact", entry: "t:slot", ageMs: 1, ttlMs: 1 };
const miss: Outcome = { kind: "miss", reason: "absent", stored: { state: "pending" } };

function setUp() {
  const clock = new ManualClock(0);
  const feed = new EventFeed(clock);
  const call = (outcome: Outcome = hit, model = "m") =>
    feed.hear({ type: "call-end", outcome, protocol: "p", model, originId: "o", stream: false, durationMs: 1.23456 });
  const saving = (entry: string, picodollars: number) =>
    feed.hear({
      ...{ type: "saving", by: "exact", protocol: "p", model: "m", originId: "o", bytes: 1, entry },
      cost: { usage: undefined, price: { picodollars, usd: "", source: "override" } },
    });
  return { clock, feed, call, saving };
}

interface Told {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** What waits to be read. */
async function told(reader: Readable): Promise<readonly Told[]> {
  let text = "";
  await new Promise(setImmediate);
  for (let chunk = reader.read(); chunk !== null; chunk = reader.read()) {
    text += String(chunk);
    await new Promise(setImmediate);
  }
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      const [, event = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return { event, data: JSON.parse(data) };
    });
}

describe("EventFeed", () => {
  test("tells totals at once and every second, and each call with what it has saved", async () => {
    const { clock, feed, call, saving } = setUp();
    call(miss);
    const reader = feed.read();
    saving("t:slot", 1_500_000_000);
    call();
    saving("t:other", 500_000_000);
    call(miss);
    clock.advance(1_000);
    const events = await told(reader);
    expect(events.map(({ event }) => event)).toEqual(["totals", "call", "call", "totals"]);
    for (const { event, data } of events) (event === "call" ? callEventSchema : totalsEventSchema).parse(data);
    const common = { at, model: "m", protocol: "p", durationMs: 1.235 };
    expect(events[1]?.data).toEqual({ ...common, outcome: "hit", layer: "exact", entry: "t:slot", savedUsd: "0.0015" });
    expect(events[2]?.data).toEqual({ ...common, outcome: "miss", reason: "absent" });
    expect(events[3]?.data).toMatchObject({ calls: { hit: 1, miss: 2, error: 0 }, savedUsd: "0.002", lost: 0 });
  });

  test("adds up beyond what a number holds, and takes back what was found wrong", async () => {
    const { feed, saving } = setUp();
    for (let index = 0; index < 3; index++) saving("t:slot", Number.MAX_SAFE_INTEGER);
    const cost = { usage: undefined, price: { picodollars: 1, usd: "", source: "override" } };
    feed.hear({ type: "saving-undone", by: "exact", model: "m", cost, bytes: 1, timeMs: undefined });
    const [totals] = await told(feed.read());
    expect(totals?.data["savedUsd"]).toBe("27021.597764222972");
  });

  test("a reader who reads nothing loses the oldest events, is told how many, and holds up nobody", async () => {
    const { clock, feed, call } = setUp();
    const slow = feed.read();
    const quick = feed.read();
    const heard: Told[] = [];
    for (let index = 0; index < 2_000; index++) {
      call(hit, `m${index}`);
      if (index % 100 === 99) heard.push(...(await told(quick)));
    }
    expect(heard.filter(({ event }) => event === "call").length).toBe(2_000);
    clock.advance(1_000);
    const late = await told(slow);
    expect(late.length).toBeLessThan(600);
    const totals = late.findLast(({ event }) => event === "totals");
    const calls = late.filter(({ event }) => event === "call");
    expect(calls.at(-1)?.data["model"]).toBe("m1999");
    expect(totals?.data["calls"]).toMatchObject({ hit: 2_000 });
    expect(totals?.data["lost"]).toBeGreaterThan(1_000);
  });

  test("takes twenty readers; one who goes makes room, and when the last one is gone nothing ticks", async () => {
    const { clock, feed } = setUp();
    const readers = Array.from({ length: 20 }, () => feed.read());
    expect(() => feed.read()).toThrow("20 readers follow the events already.");
    readers[0]?.destroy();
    await new Promise(setImmediate);
    readers.push(feed.read());
    for (const reader of readers) reader.destroy();
    await new Promise(setImmediate);
    let ticks = 0;
    clock.after = () => {
      ticks += 1;
      return () => {};
    };
    clock.advance(10_000);
    expect(ticks).toBe(0);
  });

  test("who reads while it is closed is told nothing more, and no fault", async () => {
    const { clock, feed, call } = setUp();
    const reader = feed.read();
    const faults: unknown[] = [];
    reader.on("error", (error) => faults.push(error));
    reader.resume();
    await new Promise(setImmediate);
    feed.close();
    call();
    const late = feed.read();
    late.on("error", (error) => faults.push(error));
    late.resume();
    call();
    clock.advance(2_000);
    await new Promise(setImmediate);
    expect(faults).toEqual([]);
    expect(late.readableEnded).toBe(true);
  });

  test("ends for all when it is closed, after what was told", async () => {
    const { feed, call } = setUp();
    const reader = feed.read();
    call();
    feed.close();
    const ended = new Promise((resolve) => reader.once("end", resolve));
    expect((await told(reader)).map(({ event }) => event)).toEqual(["totals", "call"]);
    await ended;
  });
});
