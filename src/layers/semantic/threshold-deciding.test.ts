import { describe, expect, it } from "vitest";
import type { SemanticCandidate, SemanticTier } from "../../core/semantic.ts";
import { builtinLexicon } from "../../embedders/lexicon.ts";
import { noEvidence } from "./learnt.ts";
import { readText } from "./reading/read-text.ts";
import { ThresholdDeciding } from "./threshold-deciding.ts";

const deciding = new ThresholdDeciding(builtinLexicon, 0.9);
const read = (text: string) => readText(text, builtinLexicon());
const asked = read("How do I reset my password?");

const candidate = (tier: SemanticTier, similarity: number | undefined): SemanticCandidate => ({
  slot: "s",
  tier,
  similarity,
  score: similarity ?? 1,
});

describe("the strategy threshold", () => {
  it("weighs by cosine what no guard vetoes", () => {
    const weigh = (text: string, tier: SemanticTier, similarity: number | undefined) =>
      deciding.weigh(asked, { read: () => read(text), tier, similarity });
    expect(weigh("how can i reset my pasword", "vector", 0.93)).toEqual({ veto: undefined, score: 0.93 });
    expect(weigh("how can i reset my pasword", "signature", undefined)).toEqual({ veto: undefined, score: 1 });
    expect(weigh("How do I not reset my password?", "vector", 0.99)).toEqual({ veto: "negation" });
  });

  it("does not read what is certain", () => {
    const unread = () => expect.fail("it was read");
    for (const tier of ["normal", "judged"] as const)
      expect(deciding.weigh(asked, { read: unread, tier, similarity: undefined })).toMatchObject({ score: 1 });
  });

  it.each<[SemanticTier, number | undefined, number | undefined, boolean]>([
    ["vector", 0.9, undefined, true],
    ["vector", 0.8999, undefined, false],
    ["vector", 0.95, 0.96, false],
    ["vector", 0.96, 0.96, true],
    // A caller cannot ask for less than the server does.
    ["vector", 0.5, 0.1, false],
    ["normal", undefined, 1, true],
    ["judged", undefined, 0.99, true],
    ["signature", undefined, 0.99, true],
    ["signature", undefined, 1, false],
  ])("%s at %s with the caller's threshold %s: %s", (tier, similarity, threshold, serve) => {
    expect(deciding.decide(candidate(tier, similarity), noEvidence, threshold)).toMatchObject({ serve, audit: false });
  });

  it("learns nothing and keeps nothing", () => {
    const evidence = { observations: [], blocked: ["q"] };
    expect(deciding.learn(candidate("vector", 0.9), evidence)).toBe(evidence);
    deciding.audited();
    deciding.restore();
    expect(deciding.states().size).toBe(0);
    expect(deciding.decide(candidate("vector", 0.9), noEvidence, undefined).serve).toBe(true);
  });
});
