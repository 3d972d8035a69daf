import { expect, test } from "vitest";
import { corpus } from "../../bench/personal-data/corpus.ts";
import { precision, recall, score } from "../../bench/personal-data/scoring.ts";
import { type PersonalKind, personalKinds } from "../../src/core/personal-data.ts";

/** What docs/personal-data.md promises of the detection, on sentences of our own with made-up values. */

const seeds = [1, 2, 3] as const;
const promised = { precision: 0.95, recall: 0.9 };

test("sentences enough, in many languages, with and without personal data", () => {
  const sentences = corpus(1);
  expect(sentences.length).toBeGreaterThan(600);
  expect(sentences.filter(({ expected }) => expected.length === 0).length).toBeGreaterThan(250);
  expect(new Set(sentences.map(({ language }) => language)).size).toBeGreaterThan(9);
  const kinds = sentences.flatMap(({ expected }) => expected.map(({ kind }): PersonalKind => kind));
  for (const kind of personalKinds) expect(kinds.filter((one) => one === kind).length).toBeGreaterThan(25);
});

test.each(seeds)("each kind is found, and little else is taken for it (values %i)", (seed) => {
  for (const one of score(corpus(seed))) {
    const mistakes = JSON.stringify([...one.missed, ...one.wrong], undefined, 1);
    expect(precision(one), `${one.kind} ${mistakes}`).toBeGreaterThanOrEqual(promised.precision);
    expect(recall(one), `${one.kind} ${mistakes}`).toBeGreaterThanOrEqual(promised.recall);
  }
});
