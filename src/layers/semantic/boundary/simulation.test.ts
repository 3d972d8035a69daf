import { describe, expect, it } from "vitest";
import { type Audit, noAudit, withAudited } from "./audit.ts";
import { decide, observe, type Target } from "./boundary.ts";
import type { Observations } from "./observations.ts";
import { binCount, middleOf, probabilityOf } from "./score-scale.ts";
import { cautiousCounts, evidenceFrom, type ScoreCounts } from "./tier-evidence.ts";
import { wilsonBounds } from "./wilson.ts";

/**
 * Streams of requests of which it is known how often each score is right, with entries that differ from one another.
 * Every twentieth request that is not served is judged, and of hits those that the boundary draws.
 */

interface Stream {
  /** Log-odds of being right, given those of the score and how many requests came before. */
  readonly truth: (logOdds: number, before: number) => number;
  /** Deviation of the log-odds between entries. */
  readonly differing: number;
  readonly shipped: ScoreCounts;
  readonly target: Target;
}

const requests = 8_000;
const entries = 200;
const judgedShare = 0.05;

/** A scorer that means what it says, measured before. */
const calibrated: ScoreCounts = (() => {
  const right = Array.from({ length: binCount }, (_, bin) => 3_000 * probabilityOf(middleOf(bin)));
  return { right, wrong: right.map((count) => 3_000 - count) };
})();

/** Hits and wrong ones in each quarter of the stream. */
function served({ truth, differing, shipped, target }: Stream, seed: number) {
  const fraction = seeded(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
  const shifts = Array.from({ length: entries }, () => differing * normal());
  const known: Observations[] = Array.from({ length: entries }, () => []);
  let evidence = evidenceFrom(shipped);
  let audit: Audit = noAudit;
  const quarters = Array.from({ length: 4 }, () => ({ hits: 0, wrong: 0 }));
  for (let before = 0; before < requests; before++) {
    const entry = Math.floor(entries * fraction() ** 2);
    const logOdds = 3 + 2.5 * normal();
    const score = probabilityOf(logOdds);
    const right = fraction() < probabilityOf(truth(logOdds, before) + (shifts[entry] ?? 0));
    const observations = known[entry] ?? [];
    const verdict = decide({ score, observations, evidence, audit, target, random: { fraction } });
    const quarter = quarters[Math.floor((4 * before) / requests)];
    if (verdict.serve && quarter !== undefined) {
      quarter.hits += 1;
      quarter.wrong += right ? 0 : 1;
    }
    const counts = verdict.serve || verdict.reason === "audit";
    if (!(counts ? verdict.audit : fraction() < judgedShare)) continue;
    const learnt = observe({ observations, evidence }, { score, right });
    known[entry] = learnt.observations;
    evidence = learnt.evidence;
    if (counts) audit = withAudited(audit, right, verdict.bound);
  }
  return quarters;
}

/** Mulberry32, a small generator in the public domain: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function summed(quarters: readonly { hits: number; wrong: number }[]) {
  return quarters.reduce((sum, { hits, wrong }) => ({ hits: sum.hits + hits, wrong: sum.wrong + wrong }));
}

const seeds = [1, 2, 3, 4];
const target = { perHit: 0.01 };
const calm: Stream = { truth: (logOdds) => logOdds, differing: 0, shipped: calibrated, target };

/** All seeds together, in the quarters from `since` on. */
function over(stream: Stream, since = 0) {
  return summed(seeds.flatMap((seed) => served(stream, seed).slice(since)));
}

describe("a stream of requests", () => {
  it.each<{ what: string; stream: Stream; leastHits: number }>([
    { what: "the scorer means what it says", stream: calm, leastHits: 0.06 },
    { what: "nothing was measured before", stream: { ...calm, shipped: cautiousCounts }, leastHits: 0.06 },
    { what: "entries differ", stream: { ...calm, differing: 1.5 }, leastHits: 0.02 },
    { what: "3 % of hits may be wrong", stream: { ...calm, target: { perHit: 0.03 } }, leastHits: 0.2 },
  ])("keeps wrong hits below the target where $what", ({ stream, leastHits }) => {
    const { hits, wrong } = over(stream);
    expect(wilsonBounds(wrong, hits).lower).toBeLessThanOrEqual(stream.target.perHit);
    expect(wrong / hits).toBeLessThan(stream.target.perHit);
    expect(hits / (seeds.length * requests)).toBeGreaterThan(leastHits);
  });

  it.each<{ what: string; stream: Stream }>([
    { what: "is far too sure of itself", stream: { ...calm, truth: (logOdds) => 0.6 * logOdds - 0.3 } },
    { what: "is, and entries differ", stream: { ...calm, truth: (logOdds) => 0.6 * logOdds - 0.3, differing: 1.5 } },
    {
      what: "is never right more than 96 times in 100",
      stream: { ...calm, truth: (logOdds) => Math.min(logOdds, 3.3) },
    },
  ])("learns that a scorer $what", ({ stream }) => {
    const first = over(stream);
    // Of all requests, those of the time before it was learnt included.
    expect(first.wrong / (seeds.length * requests)).toBeLessThan(0.001);
    const later = over(stream, 1);
    expect(later.hits).toBeLessThan(first.hits);
    expect(wilsonBounds(later.wrong, later.hits).lower).toBeLessThanOrEqual(target.perHit);
  });

  it("follows a scorer that becomes worse", () => {
    const half = requests / 2;
    const stream: Stream = { ...calm, truth: (logOdds, before) => (before < half ? logOdds : logOdds - 2) };
    const { hits, wrong } = over(stream, 3);
    expect(hits).toBeGreaterThan(0);
    expect(hits).toBeLessThan(over(calm, 3).hits / 2);
    expect(wilsonBounds(wrong, hits).lower).toBeLessThanOrEqual(target.perHit);
  });

  it("keeps the share of all requests where that is the stricter bound", () => {
    const unbounded = over({ ...calm, target: { perHit: 0.05 } });
    const bounded = over({ ...calm, target: { perHit: 0.05, perRequest: 0.002 } });
    expect(unbounded.wrong / (seeds.length * requests)).toBeGreaterThan(0.003);
    expect(bounded.wrong / (seeds.length * requests)).toBeLessThan(0.002);
    expect(bounded.hits).toBeLessThan(unbounded.hits);
  });
});
