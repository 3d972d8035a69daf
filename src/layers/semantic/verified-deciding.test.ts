import { describe, expect, it } from "vitest";
import type { SemanticCandidate, SemanticTier } from "../../core/semantic.ts";
import { builtinLexicon } from "../../embedders/lexicon.ts";
import { binCount, binOf } from "./boundary/score-scale.ts";
import { type Evidence, noEvidence } from "./learnt.ts";
import { readText } from "./reading/read-text.ts";
import { VerifiedDeciding } from "./verified-deciding.ts";

/** Measured before: scores from 0.9 on were right but for `wrong` of 3,000, those below half the time. */
function measuredBefore(wrong: number) {
  const bins = Array.from({ length: binCount }, (_, bin) => bin >= binOf(0.9));
  return {
    right: bins.map((good) => (good ? 3_000 - wrong : 1_000)),
    wrong: bins.map((good) => (good ? wrong : 1_000)),
  };
}

function setUp({ target = 0.01, score = 0.99, wrong = 0 } = {}) {
  const shipped = measuredBefore(wrong);
  const scored: (number | undefined)[] = [];
  const measured = () => ({
    scorer: (_pair: object, similarity: number | undefined) => {
      scored.push(similarity);
      return score;
    },
    shipped: { signature: shipped, vector: shipped },
  });
  const random = { bytes: (length: number) => new Uint8Array(length), fraction: () => 0.999 };
  return { scored, deciding: new VerifiedDeciding({ lexicon: builtinLexicon, measured, target, random }) };
}

const read = (text: string) => readText(text, builtinLexicon());
const asked = read("How do I reset my password?");
const neighbour = (text: string, tier: SemanticTier, similarity?: number) => ({
  read: () => read(text),
  tier,
  similarity,
});

const candidate = (score: number, tier: SemanticTier = "vector", similarity?: number): SemanticCandidate => ({
  slot: "s",
  tier,
  similarity,
  score,
});

describe("weighing", () => {
  it("guards speak before the scorer, which is not asked when one vetoes", () => {
    const { deciding, scored } = setUp();
    expect(deciding.weigh(asked, neighbour("How do I not reset my password?", "vector", 0.99))).toEqual({
      veto: "negation",
    });
    expect(scored).toEqual([]);
    expect(deciding.weigh(asked, neighbour("how can i reset my pasword", "vector", 0.93))).toEqual({
      veto: undefined,
      score: 0.99,
    });
    expect(scored).toEqual([0.93]);
  });

  it("the same content has one score, whatever the scorer would say", () => {
    const { deciding, scored } = setUp({ score: 0.1 });
    const [one, other] = ["how can i reset my pasword", "please, how do I reset my password"].map((text) =>
      deciding.weigh(asked, neighbour(text, "signature")),
    );
    expect(one).toEqual(other);
    expect(scored).toEqual([]);
  });
});

describe("deciding", () => {
  it("serves what was right before, and not what was right half the time", () => {
    const { deciding } = setUp();
    expect(deciding.decide(candidate(0.99), noEvidence, undefined).serve).toBe(true);
    expect(deciding.decide(candidate(0.5), noEvidence, undefined)).toMatchObject({ serve: false, reason: "threshold" });
    expect(deciding.decide(candidate(Number.NaN), noEvidence, undefined).serve).toBe(false);
  });

  it("serves whatever is certain, however doubtful the rest", () => {
    const { deciding } = setUp({ target: 0.0001 });
    for (const tier of ["normal", "judged"] as const)
      expect(deciding.decide(candidate(1, tier), noEvidence, undefined)).toMatchObject({ serve: true, bound: 1 });
  });

  it("a caller may demand more, and never less", () => {
    const { deciding } = setUp();
    expect(deciding.decide(candidate(0.99, "vector", 0.8), noEvidence, 0.9).serve).toBe(false);
    expect(deciding.decide(candidate(0.99, "vector", 0.9), noEvidence, 0.9).serve).toBe(true);
    expect(deciding.decide(candidate(0.5, "vector", 0.9), noEvidence, 0.1).serve).toBe(false);
  });
});

describe("learning", () => {
  it("wrong answers of one entry keep it back, and leave its blocked questions as they are", () => {
    const { deciding } = setUp();
    let evidence: Evidence = { observations: [], blocked: ["q"] };
    for (let label = 0; label < 3; label++) evidence = deciding.learn(candidate(0.99), evidence, false);
    expect(evidence.observations).toHaveLength(3);
    expect(evidence.blocked).toEqual(["q"]);
    expect(deciding.decide(candidate(0.99), evidence, undefined).serve).toBe(false);
  });

  it("what all entries taught goes on in the next process, by tier", () => {
    const { deciding } = setUp();
    for (let label = 0; label < 200; label++) deciding.learn(candidate(0.99), noEvidence, false);
    expect(deciding.decide(candidate(0.99), noEvidence, undefined).serve).toBe(false);
    const { deciding: next } = setUp();
    expect(next.decide(candidate(0.99), noEvidence, undefined).serve).toBe(true);
    for (const [name, state] of deciding.states()) next.restore(name, state);
    expect(next.decide(candidate(0.99), noEvidence, undefined).serve).toBe(false);
    expect(next.decide(candidate(0.99, "signature"), noEvidence, undefined).serve).toBe(true);
  });

  it("audits that found too many wrong hits make it stricter, in the next process too", () => {
    const [before, after] = [setUp({ wrong: 6 }).deciding, setUp({ wrong: 6 }).deciding];
    expect(before.decide(candidate(0.99), noEvidence, undefined).serve).toBe(true);
    for (let hit = 0; hit < 100; hit++) before.audited(candidate(0.99), hit % 4 > 0, 0.995);
    expect(before.decide(candidate(0.99), noEvidence, undefined).serve).toBe(false);
    for (const [name, state] of before.states()) after.restore(name, state);
    expect(after.decide(candidate(0.99), noEvidence, undefined).serve).toBe(false);
  });

  it.each([
    ["an unknown tier", "exact", Buffer.from("{}")],
    ["no JSON", "vector", Buffer.from("{")],
    ["nothing", "vector", Buffer.from("")],
    ["another format", "vector", Buffer.from('{"format":2}')],
  ])("a kept state that is %s changes nothing", (_, name, bytes) => {
    const { deciding } = setUp();
    const before = deciding.states();
    deciding.restore(name, bytes);
    expect(deciding.states()).toEqual(before);
  });

  it("what is certain teaches nothing", () => {
    const { deciding } = setUp();
    const before = deciding.states();
    expect(deciding.learn(candidate(1, "normal"), noEvidence, false)).toBe(noEvidence);
    deciding.audited(candidate(1, "judged"), false, 1);
    expect(deciding.states()).toEqual(before);
  });
});
