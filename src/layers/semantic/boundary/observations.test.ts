import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noAudit, withAudited } from "./audit.ts";
import { decide, observe } from "./boundary.ts";
import { type Observations, readObservations, withObservation, writeObservations } from "./observations.ts";
import { logOddsOf } from "./score-scale.ts";
import { cautiousCounts, evidenceFrom } from "./tier-evidence.ts";
import { readTierState, writeTierState } from "./tier-state.ts";

const observation = fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), right: fc.boolean() });

describe("what is kept of an entry", () => {
  it("is read as it was written, to a sixteenth of the log-odds, a byte each", () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 64 }), (observations) => {
        const bytes = writeObservations(observations);
        expect(bytes.length).toBe(1 + observations.length);
        const read = readObservations(bytes) ?? [];
        expect(read.map(({ right }) => right)).toEqual(observations.map(({ right }) => right));
        for (const [index, { score }] of read.entries())
          expect(Math.abs(logOddsOf(score) - logOddsOf(observations[index]?.score ?? 0))).toBeLessThan(1 / 15);
      }),
    );
  });

  it("stays the same when it is written again and again", () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 64 }), (observations) => {
        const once = writeObservations(observations);
        expect(writeObservations(readObservations(once) ?? [])).toEqual(once);
      }),
    );
  });

  it("are the newest 64", () => {
    let observations: Observations = [];
    for (let count = 0; count < 100; count++)
      observations = withObservation(observations, { score: 0.9, right: count >= 36 });
    expect(observations).toHaveLength(64);
    expect(observations.every(({ right }) => right)).toBe(true);
    expect(writeObservations(observations)).toHaveLength(65);
  });

  it("is nothing where the bytes are others", () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(2, 1), new Uint8Array(100).fill(1)])
      expect(readObservations(bytes)).toBeUndefined();
  });
});

describe("what is kept of a tier", () => {
  const { evidence } = observe(
    { observations: [], evidence: evidenceFrom(cautiousCounts) },
    { score: 0.97, right: false },
  );
  const state = { evidence, audit: withAudited(noAudit, false, 0.995) };

  it("is read as it was written, and decides alike", () => {
    const read = readTierState(writeTierState(state), cautiousCounts);
    expect(read).toEqual(state);
    const question = { score: 0.995, observations: [], target: { perHit: 0.05 }, random: { fraction: () => 0 } };
    expect(decide({ ...question, ...state })).toEqual(decide({ ...question, ...(read ?? state) }));
  });

  it("is nothing where a part is missing, damaged or of another format", () => {
    const { format, learnt, kinship, audit } = JSON.parse(Buffer.from(writeTierState(state)).toString());
    const refused = [
      "[]",
      "null",
      "{",
      JSON.stringify({ format: 2, learnt, kinship, audit }),
      JSON.stringify({ format, learnt: { ...learnt, right: [1] }, kinship, audit }),
      JSON.stringify({ format, learnt: { ...learnt, wrong: learnt.wrong.map(() => -1) }, kinship, audit }),
      JSON.stringify({ format, learnt, kinship: { products: null, weight: 0 }, audit }),
      JSON.stringify({ format, learnt, kinship, audit: { hits: 1, wrong: 2, expected: 0 } }),
      JSON.stringify({ format, learnt, kinship }),
    ];
    for (const text of refused) expect(readTierState(Buffer.from(text), cautiousCounts), text).toBeUndefined();
  });
});
