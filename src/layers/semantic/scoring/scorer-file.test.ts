import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { builtin } from "../../../embedders/builtin.ts";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { likenessBy } from "../../../embedders/likeness.ts";
import { scorerFile } from "../../../embedders/scorer.ts";
import { binCount } from "../boundary/score-scale.ts";
import { align } from "../reading/align.ts";
import { readText } from "../reading/read-text.ts";
import { featureNames } from "./features.ts";
import { readScorerFile } from "./scorer-file.ts";

const counts = { right: Array(binCount).fill(1), wrong: Array(binCount).fill(0) };
const tiers = { signature: counts, vector: counts };

/** One split by one feature: -4 at or below the limit, 4 above it. */
function familyBy(feature: (typeof featureNames)[number], limit: number) {
  const split = [featureNames.indexOf(feature), -1, -1];
  const trees = { features: featureNames, roots: [0], split, value: [limit, -4, 4], low: [1, 0, 0], high: [2, 0, 0] };
  return { trees: { ...trees, base: 0 }, tiers };
}

function fileOf(families: unknown, changes: object = {}): string {
  const body = JSON.stringify(families);
  const head = JSON.stringify({ format: 1, name: "test", sha256: hash("sha256", body, "hex"), ...changes });
  return `${head.slice(0, -1)}, "families": ${body}}`;
}

function pairOf(one: string, other: string) {
  const lexicon = builtinLexicon();
  const [asked, found] = [readText(one, lexicon), readText(other, lexicon)];
  return { asked, found, alignment: align(asked, found, lexicon) };
}

const pair = pairOf("How do I clean a sofa?", "How do I clean a couch?");
const sound = { static: familyBy("staticSimilarity", 0.5), sentence: familyBy("staticSimilarity", 0.5) };

describe("readScorerFile", () => {
  it("reads the file that comes with the package, and takes a repeat for likelier than another question", () => {
    const { static: own, sentence } = readScorerFile(scorerFile(), likenessBy(builtin()));
    const other = pairOf("How do I clean a sofa?", "Where do whales sleep?");
    for (const { scorer } of [own, sentence]) {
      const [repeat, another] = [scorer(pair, 0.9), scorer(other, 0.2)];
      expect(repeat).toBeGreaterThan(another);
      for (const score of [repeat, another]) expect(score).toSatisfy((one: number) => one > 0 && one < 1);
    }
    for (const tier of ["signature", "vector"] as const) expect(own.shipped[tier].right).toHaveLength(binCount);
  });

  it("the vectors of words are asked for only where another embedder found the text, or none", () => {
    const asked: string[] = [];
    const { static: own, sentence } = readScorerFile(fileOf(sound), (one) => {
      asked.push(one);
      return 0.9;
    });
    expect(own.scorer(pair, 0.1)).toBeLessThan(0.5);
    expect(asked).toEqual([]);
    expect(own.scorer(pair, undefined)).toBeGreaterThan(0.5);
    expect(sentence.scorer(pair, 0.1)).toBeGreaterThan(0.5);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, string, string]>([
    ["nothing", "", "no JSON"],
    ["half of it", fileOf(sound).slice(0, 200), "no JSON"],
    ["another format", fileOf(sound, { format: 2 }), "format is 2"],
    ["another checksum", fileOf(sound, { sha256: "0".repeat(64) }), "checksum"],
    ["no checksum", fileOf(sound, { sha256: undefined }), "checksum"],
    ["a limit that was changed", fileOf(sound).replace("[0.5,-4,4]", "[0.6,-4,4]"), "checksum"],
    ["no families", '{"format": 1}', "checksum"],
    ["one family", fileOf({ static: sound.static }), "trees"],
    ["other features", fileOf({ ...sound, static: withTrees({ features: ["similarity"] }) }), "trees"],
    ["a cycle", fileOf({ ...sound, static: withTrees({ low: [0, 0, 0] }) }), "trees"],
    [
      "no counts",
      fileOf({ ...sound, sentence: { ...sound.sentence, tiers: { vector: counts } } }),
      "counts of sentence",
    ],
    ["counts below 0", fileOf({ ...sound, static: { ...sound.static, tiers: negative() } }), "counts of static"],
  ])("%s is refused", (_, text, problem) => {
    const reading = () => readScorerFile(text, () => 1);
    expect(reading).toThrow(problem);
    expect(reading).toThrow(expect.objectContaining({ code: "model_unavailable", remedy: expect.any(String) }));
  });
});

function withTrees(changes: object) {
  return { ...sound.static, trees: { ...sound.static.trees, ...changes } };
}

function negative() {
  return { ...tiers, vector: { ...counts, wrong: Array(binCount).fill(-1) } };
}
