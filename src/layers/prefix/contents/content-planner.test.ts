import { describe, expect, it } from "vitest";
import { type CacheRules, rulesFor } from "../breakpoints/provider-rules.ts";
import { ContentPlanner, idleMsOf } from "./content-planner.ts";
import { ImplicitReads } from "./implicit-reads.ts";

const minute = 60_000;
const rules = { ...(rulesFor("gemini", "gemini-2.5-pro") as CacheRules), write: 1, read: 0.1, storage: 4 };
const prefix = (digest: string, end: number, length: number) => ({ digest, end, length, by: "head" }) as const;
const [short, long] = [prefix("short", 0, 8_000), prefix("long", 3, 80_000)];

/** After so many calls with these gaps. */
function called(gaps: readonly number[], prefixes = [short]): ContentPlanner {
  const planner = new ContentPlanner();
  let now = 0;
  planner.observe(prefixes, now);
  for (const gap of gaps) {
    now += gap;
    planner.observe(prefixes, now);
  }
  return planner;
}
const every = (gapMs: number, calls: number) => Array.from({ length: calls - 1 }, () => gapMs);

describe("what is worth keeping under a name", () => {
  // Worked out by hand: at a call every two minutes 30 × 0.9 - 4 = 23 input tokens an hour are saved of each that is kept; so
  // it takes 2 / 23 of an hour, 5.2 minutes, until that is worth making it and storing it for a quarter of an hour at the end.
  it.each([
    [2 * minute, 3, false],
    [2 * minute, 4, true],
    // 12 × 0.9 - 4 = 6.8 an hour: 17.6 minutes.
    [5 * minute, 4, false],
    [5 * minute, 5, true],
    // 6 × 0.9 - 4 = 1.4: 86 minutes, and nobody knows what is in more than an hour.
    [10 * minute, 12, false],
    // 4 × 0.9 - 4 is less than nothing.
    [15 * minute, 12, false],
    // A few at once: three more save 2.7 of what making it costs, and the storage of 4 × 0.25.
    [1, 3, false],
    [1, 4, true],
  ])("called every %i ms, %i times: %s", (gapMs, calls, isMade) => {
    expect(called(every(gapMs, calls)).toMake([short], rules, 0) !== undefined).toBe(isMade);
  });

  it("what the implicit cache reads counts for nothing", () => {
    const planner = called(every(2 * minute, 12));
    expect(planner.toMake([short], rules, 0.5)).toBe(short);
    expect(planner.toMake([short], rules, 0.95)).toBeUndefined();
  });

  it("of several the one that is worth most", () => {
    const planner = called(every(2 * minute, 6), [short, long]);
    expect(planner.toMake([short, long], rules, 0)).toBe(long);
    planner.observe([short], 13 * minute);
    expect(planner.toMake([short], rules, 0)).toBe(short);
  });

  it("beside one that is kept, only what is worth it for what that does not hold", () => {
    const planner = called(every(2 * minute, 6), [short, long]);
    expect(planner.toMake([long], rules, 0, 79_000)).toBeUndefined();
    expect(planner.toMake([long], rules, 0, 8_000)).toBe(long);
  });

  it("what rested for more than an hour begins anew", () => {
    const planner = called([...every(minute, 10), 61 * minute]);
    expect(planner.toMake([short], rules, 0)).toBeUndefined();
    expect(planner.isWorthKeeping(short, rules, 0)).toBe(false);
  });

  it("is kept until its storage has cost as much as making it anew", () => {
    expect(idleMsOf(rules)).toBe(15 * minute);
    expect(idleMsOf({ ...rules, storage: 1_000 })).toBe(minute);
    expect(idleMsOf({ ...rules, storage: 0 })).toBe(30 * minute);
  });

  it("what is remembered is bounded", () => {
    const planner = new ContentPlanner(10);
    for (let turn = 0; turn < 40; turn++) planner.observe([prefix(`${turn}`, 0, 9)], turn);
    expect(planner.size).toBe(10);
  });
});

describe("what an implicit cache reads", () => {
  const usage = { inputTokens: 2_000, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 };

  it("is the part of what prompts had in common", () => {
    const reads = new ImplicitReads();
    expect(reads.share("a")).toBe(0);
    reads.told("a", { ...usage, cachedInputTokens: 1_000 }, 8_000, 4_000);
    expect(reads.share("a")).toBe(1);
    reads.told("a", usage, 8_000, 4_000);
    expect(reads.share("a")).toBe(0.5);
    expect(reads.share("b")).toBe(0);
  });

  it("cannot be more than was sent, and is not told of prompts with nothing in common", () => {
    const reads = new ImplicitReads();
    reads.told("a", { ...usage, cachedInputTokens: 9_000 }, 8_000, 4_000);
    reads.told("a", { ...usage, cachedInputTokens: 1_900 }, 8_000, 0);
    expect(reads.share("a")).toBe(0);
  });
});
