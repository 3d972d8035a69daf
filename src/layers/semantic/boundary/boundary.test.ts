import { describe, expect, it } from "vitest";
import { type Audit, noAudit, shareToAudit, tightening, withAudited } from "./audit.ts";
import { decide, observe, type Question } from "./boundary.ts";
import { varianceBetween, wrongnessOf } from "./entry-effect.ts";
import type { Observations } from "./observations.ts";
import { pooledCurve } from "./pooled-curve.ts";
import { binCount, middleOf, probabilityOf } from "./score-scale.ts";
import { evidenceFrom, labelsIn, noCounts, type ScoreCounts, type TierEvidence } from "./tier-evidence.ts";

/** Labels of a scorer that means what it says. */
const calibrated: ScoreCounts = (() => {
  const right = Array.from({ length: binCount }, (_, bin) => 3_000 * probabilityOf(middleOf(bin)));
  return { right, wrong: right.map((count) => 3_000 - count) };
})();
const evidence = evidenceFrom(calibrated);
const asked: Omit<Question, "score"> = {
  observations: [],
  evidence,
  audit: noAudit,
  target: { perHit: 0.01 },
  random: { fraction: () => 0.999 },
};

const all = (count: number, score: number, right: boolean): Observations => Array(count).fill({ score, right });

function taught(labels: Observations, since: TierEvidence = evidence): TierEvidence {
  let known = since;
  for (const label of labels) known = observe({ observations: [], evidence: known }, label).evidence;
  return known;
}

describe("what is served", () => {
  it("is what can be relied on to the target, and no more", () => {
    expect(decide({ ...asked, score: 0.999 })).toMatchObject({ serve: true, reason: "sure" });
    expect(decide({ ...asked, score: 0.99 })).toMatchObject({ serve: false, reason: "doubtful" });
    expect(decide({ ...asked, score: 0.99, target: { perHit: 0.03 } }).serve).toBe(true);
  });

  it("is nothing below 0.9, whatever is allowed and whatever chance says", () => {
    const target = { perHit: 0.5, perRequest: 0.5 };
    for (let score = 0; score < 0.9; score += 0.01)
      expect(decide({ ...asked, score, target, random: { fraction: () => 0 } })).toMatchObject({ serve: false });
  });

  it("is nothing where nothing is known", () => {
    for (const score of [0, 0.5, 0.999, 1, Number.NaN])
      expect(decide({ ...asked, score, evidence: evidenceFrom(noCounts), target: { perHit: 0.5 } }).serve).toBe(false);
  });

  it("is thinned out by chance where fewer of all requests may be wrong than of hits", () => {
    const target = { perHit: 0.02, perRequest: 0.001 };
    const { bound } = decide({ ...asked, score: 0.995 });
    const share = 0.001 / (1 - bound);
    const at = (fraction: number) => decide({ ...asked, score: 0.995, target, random: { fraction: () => fraction } });
    expect(at(share - 0.001)).toMatchObject({ serve: true, reason: "sure" });
    expect(at(share + 0.001)).toMatchObject({ serve: false, reason: "chance", bound });
  });

  it("trusts higher scores more", () => {
    const bounds = Array.from({ length: 100 }, (_, step) => decide({ ...asked, score: 0.5 + step / 200 }).bound);
    expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
  });
});

describe("what an entry teaches", () => {
  const almost = 0.992;

  it("serves one with eight right labels where one without labels is not served", () => {
    expect(decide({ ...asked, score: almost }).serve).toBe(false);
    expect(decide({ ...asked, score: almost, observations: all(8, almost, true) }).serve).toBe(true);
  });

  it("gives no confidence where nothing was observed: right labels at high scores say little of low ones", () => {
    for (const score of [0.5, 0.6, 0.7, 0.8, 0.85])
      expect(decide({ ...asked, score, observations: all(28, 0.995, true), target: { perHit: 0.1 } }).serve).toBe(
        false,
      );
  });

  it("never serves an entry as long as most of what it was tried for was wrong", () => {
    const observations = [...all(3, 0.998, false), ...all(2, 0.998, true)];
    expect(decide({ ...asked, score: 0.998, observations }).serve).toBe(false);
    expect(decide({ ...asked, score: 0.9995, observations, target: { perHit: 0.05 } }).serve).toBe(false);
  });

  it("makes wrong labels worse the surer the score was, and right ones better the less sure it was", () => {
    const { logOddsAt } = pooledCurve(evidence);
    const wrongnessAfter = (label: number, right: boolean) => wrongnessOf(all(1, label, right), 0.99, logOddsAt, 2);
    expect(wrongnessAfter(0.99, false)).toBeGreaterThan(wrongnessAfter(0.9, false));
    expect(wrongnessAfter(0.9, false)).toBeGreaterThan(1);
    expect(wrongnessAfter(0.7, true)).toBeLessThan(wrongnessAfter(0.99, true));
    expect(wrongnessAfter(0.99, true)).toBeLessThan(1);
    expect(wrongnessOf([], 0.99, logOddsAt, 2)).toBe(1);
  });

  it("learns from all entries how much entries differ", () => {
    const teach = (labelsOf: (entry: number) => Observations) => {
      let known = evidence;
      for (let entry = 0; entry < 60; entry++) {
        let observations: Observations = [];
        for (const label of labelsOf(entry))
          ({ observations, evidence: known } = observe({ observations, evidence: known }, label));
      }
      return varianceBetween(known);
    };
    const steadfast = teach((entry) => all(4, 0.5, entry % 2 === 0));
    const mixed = teach(() => [...all(2, 0.5, true), ...all(2, 0.5, false)]);
    expect(steadfast).toBeGreaterThan(3);
    expect(mixed).toBe(0.25);
  });
});

describe("what all entries teach", () => {
  it("does not doubt the highest scores for want of labels when those a little lower were always right", () => {
    const counts = (bin: number) => [0, 0, 300, 1_200, 3_000, 1_000, 150, 40, 12][bin - binCount + 9] ?? 0;
    const right = Array.from({ length: binCount }, (_, bin) => counts(bin));
    const sparse = evidenceFrom({ right, wrong: noCounts.wrong });
    for (let bin = binCount - 5; bin < binCount; bin++)
      expect(decide({ ...asked, score: probabilityOf(middleOf(bin)), evidence: sparse }).serve, String(bin)).toBe(true);
  });

  it("stops serving scores that turn out to be wrong", () => {
    expect(decide({ ...asked, score: 0.999, evidence: taught(all(12, 0.999, false)) }).serve).toBe(false);
  });

  it("doubts high scores when lower ones are less often right than they say", () => {
    const labels = [0.7, 0.8, 0.9].flatMap((score) => [...all(20, score, true), ...all(20, score, false)]);
    const before = pooledCurve(evidence).reliableAt(0.999);
    expect(pooledCurve(taught(labels)).reliableAt(0.999)).toBeLessThan(before - 0.003);
  });

  it("begins to serve once there are labels enough, without anything shipped", () => {
    const few = taught(all(100, 0.999, true), evidenceFrom(noCounts));
    expect(decide({ ...asked, score: 0.999, evidence: few }).serve).toBe(false);
    const many = taught(all(1_500, 0.999, true), evidenceFrom(noCounts));
    expect(decide({ ...asked, score: 0.999, evidence: many }).serve).toBe(true);
  });

  it("forgets the older half now and then", () => {
    const known = taught(all(10_000, 0.999, true));
    expect(labelsIn(known.learnt)).toBeLessThan(8_192);
    expect(labelsIn(known.learnt)).toBeGreaterThan(4_096);
  });
});

describe("audits", () => {
  const audited = (right: number, wrong: number, bound = 0.995): Audit => {
    let audit = noAudit;
    for (let hit = 0; hit < right + wrong; hit++) audit = withAudited(audit, hit >= wrong, bound);
    return audit;
  };

  it("change nothing before there are any, and as long as they are clean", () => {
    for (const count of [0, 1, 50, 400, 3_000]) expect(tightening(audited(count, 0), 0.01)).toBeCloseTo(1, 9);
  });

  it("tighten when more may be wrong than is allowed, and the more so the more are", () => {
    const few = tightening(audited(300, 4), 0.01);
    const many = tightening(audited(300, 12), 0.01);
    expect(few).toBeLessThan(0.7);
    expect(many).toBeLessThan(few / 2);
    expect(decide({ ...asked, score: 0.998 }).serve).toBe(true);
    expect(decide({ ...asked, score: 0.998, audit: audited(300, 12) })).toMatchObject({
      serve: false,
      reason: "audit",
    });
  });

  it("loosen again when later ones are clean", () => {
    let audit = audited(300, 12);
    for (let hit = 0; hit < 6_000; hit++) audit = withAudited(audit, true, 0.999);
    expect(tightening(audit, 0.01)).toBe(1);
    expect(audit.hits).toBeLessThanOrEqual(2_000);
  });

  it("are many at first and after an excess, and never none", () => {
    expect(shareToAudit(noAudit, 0.01)).toBe(0.2);
    expect(shareToAudit(audited(500, 0), 0.01)).toBeCloseTo(0.04, 9);
    expect(shareToAudit(audited(1_900, 0), 0.01)).toBe(0.02);
    expect(shareToAudit(audited(300, 12), 0.01)).toBe(0.2);
  });

  it("are drawn among hits, and among what audits alone keep from being served", () => {
    const drawn = (question: Partial<Question>) =>
      decide({ ...asked, score: 0.998, random: { fraction: () => 0.01 }, ...question });
    expect(drawn({})).toMatchObject({ serve: true, audit: true });
    expect(drawn({ audit: audited(300, 12) })).toMatchObject({ serve: false, audit: true });
    expect(drawn({ score: 0.9 })).toMatchObject({ serve: false, audit: false });
    expect(drawn({ random: { fraction: () => 0.9 } })).toMatchObject({ serve: true, audit: false });
  });
});
