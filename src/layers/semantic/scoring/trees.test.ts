import { describe, expect, it } from "vitest";
import { readTrees, sumOfTrees } from "./trees.ts";

const names = ["warm", "dry"];

/** Two trees: the first asks for warmth and then for dryness, the second is one leaf. */
const sound = {
  features: names,
  roots: [0, 5],
  split: [0, -1, 1, -1, -1, -1],
  value: [0.5, -2, 0.25, 1, 3, 0.125],
  low: [1, 0, 3, 0, 0, 0],
  high: [2, 0, 4, 0, 0, 0],
  base: 10,
};

describe("sumOfTrees", () => {
  it.each([
    ["at most the limit goes low", [0.5, 9], 8.125],
    ["above it goes high, and on to the next split", [0.6, 0.25], 11.125],
    ["the last leaf", [0.6, 0.3], 13.125],
    ["what is no number goes high", [Number.NaN, Number.NaN], 13.125],
  ])("%s", (_, features, sum) => {
    expect(sumOfTrees(readTrees(sound, names), features)).toBe(sum);
  });
});

describe("readTrees", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "trees"],
    ["other features", { ...sound, features: ["warm", "wet"] }],
    ["features in another order", { ...sound, features: ["dry", "warm"] }],
    ["one feature more", { ...sound, features: [...names, "old"] }],
    ["no base", { ...sound, base: undefined }],
    ["a value that is none", { ...sound, value: [0.5, null, 0.25, 1, 3, 0.125] }],
    ["an infinite value", { ...sound, value: [0.5, Number.POSITIVE_INFINITY, 0.25, 1, 3, 0.125] }],
    ["lists of different lengths", { ...sound, low: [1, 0, 3, 0, 0] }],
    ["a root outside", { ...sound, roots: [0, 6] }],
    ["a root between two nodes", { ...sound, roots: [0.5] }],
    ["a cycle", { ...sound, low: [1, 0, 0, 0, 0, 0] }],
    ["a node that leads to itself", { ...sound, high: [2, 0, 2, 0, 0, 0] }],
    ["a way out of the list", { ...sound, high: [2, 0, 6, 0, 0, 0] }],
    ["a feature that there is not", { ...sound, split: [0, -1, 2, -1, -1, -1] }],
    ["half a feature", { ...sound, split: [0.5, -1, 1, -1, -1, -1] }],
  ])("%s is refused", (_, value) => {
    expect(() => readTrees(value, names)).toThrow(expect.objectContaining({ code: "model_unavailable" }));
  });
});
