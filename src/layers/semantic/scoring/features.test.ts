import { expect, it } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "../reading/align.ts";
import { readText } from "../reading/read-text.ts";
import { type FeatureName, featureNames, featuresOf } from "./features.ts";

/** Of words that are laid beside each other, only these are near. */
function words(one: string, other: string): number {
  return new Set([one, other, "gravel", "pebble"]).size === 2 ? 0.9 : 0.1;
}

function featuresBetween(one: string, other: string, similarity?: number): Readonly<Record<FeatureName, number>> {
  const lexicon = builtinLexicon();
  const [asked, found] = [readText(one, lexicon), readText(other, lexicon)];
  const pair = { asked, found, alignment: align(asked, found, lexicon) };
  const values = featuresOf(pair, similarity, { texts: 0.8, words });
  expect(values).toHaveLength(featureNames.length);
  return Object.fromEntries(featureNames.map((name, index) => [name, values[index]])) as Record<FeatureName, number>;
}

const password = "How do I reset my password?";

it("of equal texts everything agrees and nothing is left over", () => {
  expect(featuresBetween(password, password, 1)).toMatchObject({
    similarity: 1,
    shareEqual: 1,
    unmatchedMore: 0,
    massMore: 0,
    leftover: 0,
    rarestUnmatched: 0,
    lengthRatio: 1,
    trigrams: 1,
    wordOrder: 1,
    stopDifference: 0,
    sameOpening: 1,
    sameEnding: 1,
    sameSignature: 1,
    oneSlip: 0,
    residueMore: 0,
    residueShare: 0,
    residueNearness: 1,
    replaced: 0,
  });
});

it("a word that stands for another leaves less than one that says something else", () => {
  const near = featuresBetween("How do I lay gravel on a path?", "How do I lay pebble on a path?");
  const far = featuresBetween("How do I lay gravel on a path?", "How do I lay marble on a path?");
  expect([near.replaced, far.replaced]).toEqual([1, 1]);
  expect(near.residueNearness).toBeCloseTo(0.9);
  expect(near.residueMost).toBeLessThan(far.residueMost / 2);
  expect(near.residueShare).toBeLessThan(far.residueShare);
});

it("words that often stand for one another are near, whatever the vectors say", () => {
  const { residueNearness, replaced } = featuresBetween("How do I merge two lists?", "How can I combine two lists?");
  expect(residueNearness).toBeCloseTo(0.8);
  expect(replaced).toBe(0);
});

it("one slip is told from two, and from another word", () => {
  expect(featuresBetween(password, "How do I reset my pasword?").oneSlip).toBe(1);
  expect(featuresBetween(password, "How do I resett my pasword?").oneSlip).toBe(0);
  expect(featuresBetween(password, "How do I reset my router?").oneSlip).toBe(0);
});

it("the cosine of the built-in vectors stands in for one that was not needed", () => {
  expect(featuresBetween(password, password)).toMatchObject({ similarity: 0.8, staticSimilarity: 0.8 });
  expect(featuresBetween(password, password, 0.5)).toMatchObject({ similarity: 0.5, staticSimilarity: 0.8 });
});

it.each([
  [password, "What is the way to reset a lost password of a router?"],
  ["How do I clean a leather sofa?", "Cleaning a couch"],
  ["", password],
  ["", ""],
  ["word ".repeat(2_000), password],
])("is the same whichever was asked, and finite: %#", (one, other) => {
  const [there, back] = [featuresBetween(one, other, 0.7), featuresBetween(other, one, 0.7)];
  for (const name of featureNames) {
    expect(Number.isFinite(there[name])).toBe(true);
    // Sums in another order end in another last digit.
    expect([name, back[name].toFixed(9)]).toEqual([name, there[name].toFixed(9)]);
  }
});
