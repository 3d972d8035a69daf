import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, observe, type Question } from "./boundary.ts";
import { binCount } from "./score-scale.ts";
import { evidenceFrom, type ScoreCounts } from "./tier-evidence.ts";

const count = fc.oneof(fc.constant(0), fc.nat(20), fc.double({ min: 0, max: 1e9, noNaN: true }));
const counts: fc.Arbitrary<ScoreCounts> = fc.record({
  right: fc.array(count, { minLength: binCount, maxLength: binCount }),
  wrong: fc.array(count, { minLength: binCount, maxLength: binCount }),
});
const score = fc.double({ min: 0, max: 1, noNaN: true });
const observations = fc.array(fc.record({ score, right: fc.boolean() }), { maxLength: 64 });
const share = fc.double({ min: 0.0001, max: 0.5, noNaN: true });
const audit = fc
  .record({ hits: fc.nat(2_000), wrongShare: fc.double({ min: 0, max: 1, noNaN: true }), expectedShare: share })
  .map(({ hits, wrongShare, expectedShare }) => ({ hits, wrong: hits * wrongShare, expected: hits * expectedShare }));
const question: fc.Arbitrary<Question> = fc.record({
  score,
  observations,
  evidence: fc
    .record({
      shipped: counts,
      learnt: counts,
      products: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      weight: fc.nat(1_000),
    })
    .map(({ shipped, learnt, products, weight }) => ({
      ...evidenceFrom(shipped),
      learnt,
      kinship: { products, weight },
    })),
  audit,
  target: fc.record({ perHit: share, perRequest: share }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }).map((fraction) => ({ fraction: () => fraction })),
});

describe("whatever is known", () => {
  it("the bound is a probability, and what is served reaches the target", () => {
    fc.assert(
      fc.property(question, (asked) => {
        const { serve, bound, reason } = decide(asked);
        expect(bound).toBeGreaterThanOrEqual(0);
        expect(bound).toBeLessThan(1);
        expect(serve).toBe(reason === "sure");
        if (serve) expect(bound).toBeGreaterThanOrEqual(Math.max(0.9, 1 - asked.target.perHit));
      }),
      { numRuns: 500 },
    );
  });

  it("one more wrong label of an entry never makes it surer, and one more right label never less sure", () => {
    fc.assert(
      fc.property(question, score, (asked, tried) => {
        const boundAfter = (right: boolean) =>
          decide({ ...asked, observations: [...asked.observations, { score: tried, right }] }).bound;
        const { bound } = decide(asked);
        expect(boundAfter(false)).toBeLessThanOrEqual(bound + 1e-9);
        expect(boundAfter(true)).toBeGreaterThanOrEqual(bound - 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("wrong audits never make it serve more", () => {
    fc.assert(
      fc.property(question, fc.nat(500), (asked, more) => {
        const worse = { ...asked.audit, hits: asked.audit.hits + more, wrong: asked.audit.wrong + more };
        if (!decide(asked).serve) expect(decide({ ...asked, audit: worse }).serve).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("what is learnt stays finite, and labels are counted", () => {
    fc.assert(
      fc.property(question, score, fc.boolean(), ({ evidence, observations: known }, tried, right) => {
        const learnt = observe({ observations: known, evidence }, { score: tried, right });
        expect(learnt.observations).toHaveLength(Math.min(64, known.length + 1));
        const numbers = [
          ...learnt.evidence.learnt.right,
          ...learnt.evidence.learnt.wrong,
          ...Object.values(learnt.evidence.kinship),
        ];
        expect(numbers.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
