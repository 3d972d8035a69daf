import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ageOf,
  clockSkewToleranceMs,
  type FreshnessWish,
  judgeFreshness,
  type Lifetime,
  lifetimeOf,
} from "./freshness.ts";

const none: FreshnessWish = { maxAgeMs: undefined, maxStaleMs: undefined, minFreshMs: undefined };
const at = 1_000_000;
const durations = fc.nat(100_000);
const wishes = fc.record({
  maxAgeMs: fc.option(durations, { nil: undefined }),
  maxStaleMs: fc.option(fc.oneof(durations, fc.constant(Number.POSITIVE_INFINITY)), { nil: undefined }),
  minFreshMs: fc.option(durations, { nil: undefined }),
});
const lifetimes = fc
  .tuple(durations, durations, durations)
  .map(([ttl, swr, sie]) => ({ ttl, swr, sie, lifetime: lifetimeOf(at, ttl, swr, sie) }));

describe("lifetimeOf", () => {
  it("keeps an entry until the end of the longer stale window, never for less than its ttl", () => {
    fc.assert(
      fc.property(lifetimes, ({ ttl, swr, sie, lifetime }) => {
        expect(lifetime.staleAt).toBe(at + ttl);
        expect(lifetime.deleteAt).toBe(at + ttl + Math.max(swr, sie));
        expect(lifetime.deleteAt).toBeGreaterThanOrEqual(lifetime.staleAt);
      }),
      { seed: 1 },
    );
  });
});

describe("judgeFreshness", () => {
  // Fresh for 60 s, then 30 s to be refreshed in, and 120 s to stand in for a failing origin.
  const lifetime = lifetimeOf(at, 60_000, 30_000, 120_000);
  const rows: readonly (readonly [after: number, wish: Partial<FreshnessWish>, verdict: string])[] = [
    [0, {}, "fresh"],
    [59_999, {}, "fresh"],
    [60_000, {}, "stale swr"],
    [89_999, {}, "stale swr"],
    [90_000, {}, "reserve expired"],
    [179_999, {}, "reserve expired"],
    [180_000, {}, "dead expired"],
    [20_000, { maxAgeMs: 20_000 }, "fresh"],
    [20_001, { maxAgeMs: 20_000 }, "dead max_age"],
    [1, { maxAgeMs: 0 }, "dead max_age"],
    [70_000, { maxAgeMs: 100_000 }, "reserve expired"],
    [70_000, { maxAgeMs: 100_000, maxStaleMs: 10_000 }, "stale swr"],
    [70_000, { maxAgeMs: 69_999, maxStaleMs: 10_000 }, "dead max_age"],
    [70_000, { maxStaleMs: 9_999 }, "reserve expired"],
    [70_000, { maxStaleMs: 10_000 }, "stale swr"],
    [95_000, { maxStaleMs: 35_000 }, "stale max_stale"],
    [95_001, { maxStaleMs: 35_000 }, "reserve expired"],
    [150_000, { maxStaleMs: Number.POSITIVE_INFINITY }, "stale max_stale"],
    [180_000, { maxStaleMs: Number.POSITIVE_INFINITY }, "dead expired"],
    [30_000, { minFreshMs: 30_000 }, "fresh"],
    [30_001, { minFreshMs: 30_000 }, "dead min_fresh"],
    [70_000, { minFreshMs: 0 }, "dead min_fresh"],
    [70_000, { minFreshMs: 0, maxStaleMs: 60_000 }, "dead min_fresh"],
  ];
  it.each(rows)("after %d ms with %j: %s", (after, wish, verdict) => {
    const judged = judgeFreshness(lifetime, at + after, { ...none, ...wish });
    const why = judged.state === "fresh" ? "" : ` ${judged.state === "stale" ? judged.why : judged.reason}`;
    expect(judged.state + why).toBe(verdict);
  });

  it("has nothing in reserve where nothing may stand in for a failing origin", () => {
    expect(judgeFreshness(lifetimeOf(at, 10, 100, 0), at + 10, { ...none, minFreshMs: 1 }).state).toBe("dead");
  });

  it("never serves what a wish excludes, and serves less the more is wished", () => {
    fc.assert(
      fc.property(lifetimes, fc.nat(300_000), wishes, ({ lifetime: life, swr }, after, wish) => {
        const now = at + after;
        const judged = judgeFreshness(life, now, wish);
        const served = judged.state === "fresh" || judged.state === "stale";
        if (served && wish.maxAgeMs !== undefined) expect(ageOf(life, now)).toBeLessThanOrEqual(wish.maxAgeMs);
        if (served && wish.minFreshMs !== undefined) expect(life.staleAt - now).toBeGreaterThanOrEqual(wish.minFreshMs);
        if (served && now >= life.staleAt) expect(now - life.staleAt).toBeLessThanOrEqual(wish.maxStaleMs ?? swr);
        if (judged.state === "fresh") expect(now).toBeLessThan(life.staleAt);
        if (judged.state !== "dead") expect(now).toBeLessThan(life.deleteAt);
        if (judged.state === "reserve") expect(now).toBeLessThan(life.errorUntil);
        // `max-stale` allows more; the other two only forbid.
        const unbounded = judgeFreshness(life, now, { ...none, maxStaleMs: wish.maxStaleMs });
        if (judged.state === "fresh") expect(unbounded.state).toBe("fresh");
        if (judged.state === "stale") expect(unbounded.state).toBe("stale");
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it("with an entry of a node whose clock is 30 s ahead or behind: no negative age, an error of 30 s at most (T2)", () => {
    const skew = 30_000;
    for (const offset of [skew, -skew]) {
      const written = lifetimeOf(at + offset, 60_000, 0, 0);
      expect(ageOf(written, at)).toBe(Math.max(0, -offset));
      expect(judgeFreshness(written, at, none).state).toBe("fresh");
      expect(judgeFreshness(written, at + 60_000 + offset - 1, none).state).toBe("fresh");
      expect(judgeFreshness(written, at + 60_000 + offset, none).state).toBe("dead");
    }
  });

  it("makes no entry immortal: one from too far in the future is dead (T1)", () => {
    const year = 365 * 86_400_000;
    const alive = (life: Lifetime) => judgeFreshness(life, at, none).state === "fresh";
    expect(alive(lifetimeOf(at + clockSkewToleranceMs, year, 0, 0))).toBe(true);
    expect(alive(lifetimeOf(at + clockSkewToleranceMs + 1, year, 0, 0))).toBe(false);
    expect(alive(lifetimeOf(at + 3_600_000, year, 0, 0))).toBe(false);
  });
});
