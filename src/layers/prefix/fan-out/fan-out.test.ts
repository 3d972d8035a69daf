import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import { FanOut, type FanOutWait, type Passage } from "./fan-out.ts";
import { type SharedStart, sharedAtMarks, sharedEverywhere } from "./shared-start.ts";

const rules = { leastTokens: 1_000, lifetimeMs: 300_000, mostWaitMs: 5_000 };
const head = { text: "A rule of the house. ".repeat(400) };
const mark = (place: number, isLong = false) => ({ place, isLong });
const never = new AbortController().signal;

function fanOut() {
  const clock = new ManualClock();
  const waits: FanOutWait[] = [];
  const one = new FanOut({ clock, onWaited: (wait) => waits.push(wait) });
  const gone: string[] = [];
  const passages = new Map<string, Passage>();
  const refused: unknown[] = [];
  const enter = (name: string, start = startOf(name), signal = never): void => {
    const entered = one.enter(start, signal);
    const go = (passage: Passage): void => {
      gone.push(name);
      passages.set(name, passage);
    };
    if ("begun" in entered) go(entered);
    else entered.then(go, (error: unknown) => refused.push(error));
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { clock, one, waits, gone, passages, refused, enter, settled };
}

function startOf(question: string, seed = "tenant", parts = [head, { text: question }]): SharedStart {
  return sharedAtMarks(parts, [mark(0)], 20, seed, rules) as SharedStart;
}

describe("warming before a fan-out", () => {
  it("one goes first, the others when its answer has begun; then nobody waits", async () => {
    const { enter, gone, passages, waits, clock, settled } = fanOut();
    for (const name of ["a", "b", "c"]) enter(name);
    expect(gone).toEqual(["a"]);
    clock.advance(700);
    passages.get("a")?.begun();
    await settled();
    expect(gone).toEqual(["a", "b", "c"]);
    expect(waits).toEqual([
      { result: "warmed", waitedMs: 700 },
      { result: "warmed", waitedMs: 700 },
    ]);
    expect([...passages.values()].map(({ hasWaited }) => hasWaited)).toEqual([false, true, true]);
    enter("d");
    enter("e");
    expect(gone.slice(3)).toEqual(["d", "e"]);
  });

  it("what is warm grows cold, unless it is used", async () => {
    const { enter, gone, passages, clock } = fanOut();
    enter("a");
    passages.get("a")?.begun();
    clock.advance(299_000);
    enter("b");
    passages.get("b")?.begun();
    clock.advance(299_000);
    enter("c");
    enter("d");
    expect(gone).toEqual(["a", "b", "c", "d"]);
    clock.advance(2_000);
    enter("e");
    enter("f");
    expect(gone.slice(4)).toEqual(["e"]);
  });

  it("what is marked to be kept for longer is warm for longer, also when a later mark on it asks for less", () => {
    const { enter, gone, passages, clock } = fanOut();
    const parts = [head, { text: "How?" }];
    const start = (isLong: boolean) =>
      sharedAtMarks(parts, [mark(0, isLong)], 20, "s", { ...rules, longLifetimeMs: 3_600_000 }) as SharedStart;
    enter("a", start(true));
    passages.get("a")?.begun();
    enter("b", start(false));
    passages.get("b")?.begun();
    clock.advance(3_599_000);
    enter("c", start(false));
    enter("d", start(false));
    expect(gone).toEqual(["a", "b", "c", "d"]);
    clock.advance(2_000);
    enter("e", start(true));
    enter("f", start(true));
    expect(gone.slice(4)).toEqual(["e"]);
  });

  it("when the leader fails the next one leads, and the others wait for that", async () => {
    const { enter, gone, passages, settled, waits } = fanOut();
    for (const name of ["a", "b", "c", "d"]) enter(name);
    passages.get("a")?.failed();
    await settled();
    expect(gone).toEqual(["a", "b"]);
    expect(waits.map(({ result }) => result)).toEqual(["failed"]);
    passages.get("b")?.begun();
    await settled();
    expect(gone).toEqual(["a", "b", "c", "d"]);
    expect(waits.map(({ result }) => result)).toEqual(["failed", "warmed", "warmed"]);
  });

  it("a slow leader holds nobody longer than the bound, failures before it counted in, and newcomers not at all", async () => {
    const { enter, gone, passages, clock, settled, waits } = fanOut();
    enter("a");
    enter("b");
    enter("c");
    clock.advance(4_000);
    passages.get("a")?.failed();
    await settled();
    expect(gone).toEqual(["a", "b"]);
    clock.advance(999);
    await settled();
    expect(gone).toEqual(["a", "b"]);
    clock.advance(1);
    await settled();
    expect(gone).toEqual(["a", "b", "c"]);
    expect(waits.at(-1)).toEqual({ result: "slow", waitedMs: 5_000 });
    // It leads now, and b does not any more.
    enter("d");
    passages.get("b")?.failed();
    await settled();
    expect(gone).toEqual(["a", "b", "c"]);
    passages.get("c")?.begun();
    await settled();
    expect(gone).toEqual(["a", "b", "c", "d"]);
  });

  it("who goes away while it waits is let go, and nobody waits for it", async () => {
    const { enter, gone, passages, settled, refused, waits } = fanOut();
    const abort = new AbortController();
    enter("a");
    enter("b", startOf("b"), abort.signal);
    enter("c");
    abort.abort(new Error("gone"));
    await settled();
    expect(refused).toEqual([new Error("gone")]);
    expect(waits.map(({ result }) => result)).toEqual(["aborted"]);
    passages.get("a")?.failed();
    await settled();
    expect(gone).toEqual(["a", "c"]);
  });

  it("tenants, and beginnings that differ, do not wait for one another", () => {
    const { enter, gone } = fanOut();
    enter("a");
    enter("b", startOf("b", "another tenant"));
    enter("c", startOf("c", "tenant", [{ text: `${head.text}!` }, { text: "c" }]));
    expect(gone).toEqual(["a", "b", "c"]);
  });

  it("nobody waits for a little more than what is warm", () => {
    const { enter, gone, passages } = fanOut();
    const long = (name: string, text: string) =>
      sharedEverywhere([head, { text }, { text: name }], "tenant", rules) as SharedStart;
    enter("a", long("a", ""));
    passages.get("a")?.begun();
    enter("b", long("b", "Some words more."));
    enter("c", long("c", "Some words more."));
    expect(gone).toEqual(["a", "b", "c"]);
    enter("d", long("d", head.text));
    enter("e", long("e", head.text));
    expect(gone.slice(3)).toEqual(["d"]);
  });

  it("what is told late or twice changes nothing", async () => {
    const { enter, gone, passages, settled } = fanOut();
    enter("a");
    passages.get("a")?.begun();
    passages.get("a")?.failed();
    enter("b");
    enter("c");
    await settled();
    expect(gone).toEqual(["a", "b", "c"]);
  });

  it("it remembers a bounded number", () => {
    const { one } = fanOut();
    const points = Array.from({ length: 30_000 }, (_, index) => ({
      digest: String(index),
      tokens: 2_000,
      lifetimeMs: 1_000,
    }));
    const passage = one.enter({ ...rules, written: points, read: points }, never) as Passage;
    passage.begun();
    expect(one.size).toBe(20_000);
  });
});

describe("what calls share", () => {
  const parts = Array.from({ length: 30 }, (_, index) => ({ text: `${index} ${head.text}` }));

  it("at marks: what ends there is written, and what ended shortly before is read", () => {
    const start = sharedAtMarks(parts, [mark(25)], 20, "s", rules) as SharedStart;
    expect([start.written.length, start.read.length]).toEqual([1, 20]);
    const earlier = sharedAtMarks(parts, [mark(6)], 20, "s", rules) as SharedStart;
    expect(start.read[0]?.digest).toBe(earlier.written[0]?.digest);
    expect(sharedAtMarks(parts, [], 20, "s", rules)).toBeUndefined();
  });

  it("short beginnings are not shared", () => {
    expect(sharedEverywhere([{ text: "How?" }], "s", rules)).toBeUndefined();
    expect(sharedAtMarks([{ text: "How?" }, head], [mark(0)], 20, "s", rules)).toBeUndefined();
    expect(sharedEverywhere([{ text: "How?" }, head], "s", rules)?.written).toHaveLength(1);
  });
});
