import { describe, expect, it } from "vitest";
import type { Lexicon } from "../../core/lexicon.ts";
import { cautiousCounts } from "../../layers/semantic/boundary/tier-evidence.ts";
import { wilsonBounds } from "../../layers/semantic/boundary/wilson.ts";
import { ThresholdDeciding } from "../../layers/semantic/threshold-deciding.ts";
import { pairScorer, scorePairs } from "./pair-likeness.ts";
import { svgPlot } from "./svg-plot.ts";
import { targetCosts } from "./target-costs.ts";
import { percent, textPlot } from "./text-plot.ts";
import { bestOf, type Likeness, thinned, thresholdCosts } from "./trade-off.ts";
import { tune } from "./tuning.ts";
import { reportOf } from "./tuning-report.ts";

/** Right from 0.9 on; between 0.8 and 0.9 one of ten is wrong, below half of them. */
const records: readonly Likeness[] = Array.from({ length: 2_000 }, (_, index) => {
  const likeness = 1 - index / 4_000;
  return { likeness, right: likeness >= 0.9 || (likeness >= 0.8 ? index % 10 !== 0 : index % 2 === 0) };
});

describe("what thresholds cost", () => {
  it("is counted from what reaches them", () => {
    const costs = thresholdCosts([
      { likeness: 0.9, right: true },
      { likeness: 0.57, right: false },
      { likeness: 0.57009, right: true },
      { likeness: -0.2, right: false },
      { likeness: undefined, right: true },
    ]);
    expect(costs.map(({ threshold, hits, wrong }) => [threshold, hits, wrong])).toEqual([
      [0.9, 1, 0],
      [0.57, 3, 1],
      [-0.2, 4, 2],
    ]);
    expect(costs[1]).toMatchObject({ hitRate: 3 / 5, servedRight: 2 / 3, wrongPerHit: 1 / 3, ...wilsonBounds(1, 3) });
  });

  it("is within the bound for the lowest threshold that is sure to keep it", () => {
    const costs = thresholdCosts(records);
    const best = bestOf(costs, 0.02);
    expect(best?.threshold).toBeLessThan(0.9);
    expect(best?.threshold).toBeGreaterThan(0.85);
    expect(best?.upper).toBeLessThanOrEqual(0.02);
    for (const { hits, upper } of costs) expect(upper > 0.02 || hits <= (best?.hits ?? 0)).toBe(true);
    expect(bestOf(costs, 0.0001)).toBeUndefined();
  });

  it("is drawn with fewer points, first and last among them", () => {
    const costs = thresholdCosts(records);
    const fewer = thinned(costs, 50);
    expect(fewer).toHaveLength(50);
    expect([fewer[0], fewer.at(-1)]).toEqual([costs[0], costs.at(-1)]);
    expect(thinned(costs, 1e6)).toBe(costs);
  });
});

describe("the likeness of pairs", () => {
  const lexicon: Lexicon = {
    knows: () => true,
    rarity: () => 0.5,
    correction: () => undefined,
    oddness: () => 1,
    timesSeen: () => 0,
  };
  const vectors: Readonly<Record<string, readonly [number, number]>> = {
    "Where can I buy a sofa": [1, 0],
    "Where can I purchase a sofa": [0.8, 0.6],
  };
  const embedder = {
    name: "by hand",
    embed: (texts: readonly string[]) => texts.map((text) => Float32Array.from(vectors[text] ?? [0, 1])),
  };
  const deciding = new ThresholdDeciding(() => lexicon, 0.9);
  const likenessOf = async (a: string, b: string) =>
    (await scorePairs([{ a, b, right: true }], pairScorer(embedder, lexicon, deciding), () => {}))[0]?.likeness;

  it("is that of their vectors, 1 for the same text, and none where a guard vetoes", async () => {
    expect(await likenessOf("Boil an egg", "boil an  egg")).toBe(1);
    expect(await likenessOf("Where can I buy a sofa", "Where can I purchase a sofa")).toBeCloseTo(0.8, 6);
    expect(await likenessOf("Boil 2 eggs for 5 minutes", "Boil 2 eggs for 9 minutes")).toBeUndefined();
  });

  it("is told as it is found, in batches", async () => {
    const pairs = Array.from({ length: 600 }, () => ({ a: "Boil an egg", b: "boil an egg", right: true }));
    const told: number[] = [];
    const scored = await scorePairs(pairs, pairScorer(embedder, lexicon, deciding), (done) => told.push(done));
    expect(told).toEqual([256, 512, 600]);
    expect(scored.every(({ likeness }) => likeness === 1)).toBe(true);
  });
});

describe("tuning by observations", () => {
  /** A scorer that is more often right than it says. */
  const observations = Array.from({ length: 4_000 }, (_, index) => {
    const score = 1 - (((index * 7_919) % 4_000) + 1) / 8_000;
    const wrong = (index * 104_729) % 1_000 >= 1_000 * (1 - 2 * (1 - score) ** 2);
    return { line: index + 1, score, similarity: score, right: !wrong, tier: "vector" as const, at: index };
  });
  const noPairs = async () => [];
  const cautious = () => ({ signature: cautiousCounts, vector: cautiousCounts });

  it("finds a threshold and a target that keep the bound, and what higher targets would cost", async () => {
    const labelled = { kind: "observations" as const, records: observations };
    const tuning = await tune("observed.jsonl", labelled, 0.03, noPairs, cautious);
    expect(tuning.by).toBe("similarity");
    expect(tuning.threshold?.upper).toBeLessThanOrEqual(0.03);
    expect(tuning.target?.upper).toBeLessThanOrEqual(0.03);
    const hits = tuning.targets?.map((cost) => cost.hits) ?? [];
    expect(hits).toEqual(hits.toSorted((one, other) => one - other));
    expect(hits.at(-1)).toBeGreaterThan(200);
    expect(tuning.firstWrong).toHaveLength(5);
  });

  it("needs no scores for a threshold", async () => {
    const bare = observations.map((one) => ({ ...one, score: undefined }));
    const tuning = await tune("observed.jsonl", { kind: "observations", records: bare }, 0.03, noPairs, cautious);
    expect([tuning.targets, tuning.target]).toEqual([undefined, undefined]);
    expect(tuning.threshold).toBeDefined();
  });

  it.each([
    ["are right", observations.filter(({ right }) => right)],
    ["are wrong", observations.filter(({ right }) => !right)],
  ])("says so when all labels %s", async (_, records) => {
    await expect(tune("observed.jsonl", { kind: "observations", records }, 0.01, noPairs, cautious)).rejects.toThrow(
      `All ${records.length} records`,
    );
  });

  it("says so when neither score nor similarity is everywhere", async () => {
    const mixed = observations.map((one, index) => ({ ...one, [index % 2 ? "score" : "similarity"]: undefined }));
    const tuned = tune("observed.jsonl", { kind: "observations", records: mixed }, 0.01, noPairs, cautious);
    await expect(tuned).rejects.toThrow("lack a score");
  });

  it("is reported in words and in JSON", async () => {
    const labelled = { kind: "observations" as const, records: observations };
    const { text, json } = reportOf("o.jsonl", undefined, await tune("o.jsonl", labelled, 0.03, noPairs, cautious));
    expect(text).toMatch(/layers\.semantic\.threshold: 0\.\d+$/m);
    expect(text).toMatch(/layers\.semantic\.target: 0\.\d+$/m);
    expect(json).toMatchObject({
      records: 4_000,
      allowed: 0.03,
      recommended: { threshold: { hits: expect.any(Number) } },
    });
    const none = reportOf("o.jsonl", undefined, await tune("o.jsonl", labelled, 0.00001, noPairs, cautious));
    expect(none.text).toContain("It takes 384000 hits without a wrong one");
    expect(none.json).toMatchObject({ recommended: { threshold: null, target: null } });
  });
});

describe("tuning by pairs", () => {
  const pairs = Array.from({ length: 3_000 }, (_, index) => ({
    line: index + 1,
    a: "x",
    b: "y",
    right: index % 3 > 0,
  }));

  it("decides by what comes with the package, in no order, and serves the same text whatever its score", async () => {
    const scored = pairs.map(({ right }, index) => ({
      right,
      likeness: right ? 0.95 : 0.6,
      score: right ? 0.9995 : 0.4,
      tier: index % 300 === 1 ? ("normal" as const) : ("vector" as const),
    }));
    const shipped = { signature: cautiousCounts, vector: cautiousCounts };
    const labelled = { kind: "pairs" as const, records: pairs };
    const tuning = await tune(
      "p.csv",
      labelled,
      0.01,
      async () => scored,
      () => shipped,
    );
    expect(tuning.threshold).toMatchObject({ threshold: 0.95, hits: 2_000, wrong: 0 });
    expect(tuning.target).toMatchObject({ hits: 2_000, wrong: 0 });
    expect(tuning.targets?.[0]).toMatchObject({ target: 0.001, hits: 10 });
    expect(targetCosts(scored.toReversed(), shipped, false)).toEqual(tuning.targets);
    const vetoed = scored.map((one) => ({ ...one, score: undefined }));
    expect(targetCosts(vetoed, shipped, false).map(({ hits }) => hits)).toEqual(Array(8).fill(0));
  });
});

describe("pictures", () => {
  const costs = thresholdCosts(records);
  const picture = { costs, allowed: 0.02, best: bestOf(costs, 0.02) };

  it("of text have the curve, the bound and what is recommended, 72 signs wide at most", () => {
    const lines = textPlot(picture).split("\n");
    expect(lines.every((line) => line.length <= 72)).toBe(true);
    expect(lines.filter((line) => line.startsWith("     2 % ┤"))).toHaveLength(1);
    expect(textPlot(picture).match(/◆/g)).toHaveLength(1);
    expect(textPlot({ ...picture, best: undefined })).not.toContain("◆");
  });

  it("as SVG are well formed and hold no number that is none", () => {
    const svg = svgPlot(picture, "a < b & c");
    expect(svg).toContain("a &lt; b &amp; c");
    expect(svg).not.toContain("NaN");
    expect(svg.match(/<(\w+)[^>]*[^/]>/g)?.length).toBe(svg.match(/<\/\w+>/g)?.length);
  });

  it("show all of a curve that is nowhere near what is allowed", () => {
    const far = thresholdCosts([
      { likeness: 0.9, right: false },
      { likeness: 0.8, right: true },
    ]);
    const plot = textPlot({ costs: far, allowed: 0.01, best: undefined });
    expect(plot).toContain("   100 % ┤");
    expect(plot.match(/•/g)).toHaveLength(2);
    expect(plot).toContain("hit rate 100 %");
  });

  it("can be drawn of nothing", () => {
    expect(textPlot({ costs: [], allowed: 0.01, best: undefined })).not.toContain("•");
    expect(svgPlot({ costs: [], allowed: 0.01, best: undefined }, "nothing")).not.toContain("NaN");
  });

  it("have short shares", () => {
    expect([0, 0.001, 0.01, 0.1234, 1].map(percent)).toEqual(["0 %", "0.1 %", "1 %", "12.3 %", "100 %"]);
  });
});
