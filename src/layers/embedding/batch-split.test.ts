import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutByLimits, firstPositions, shareTokens } from "./batch-split.ts";

describe("firstPositions", () => {
  const all = () => true;

  it("has each slot once, where it stands first, in the order of the batch", () => {
    expect(firstPositions(["b", "a", "b", "c", "a"], all)).toEqual([0, 1, 3]);
  });

  it("leaves out what is not wanted, and takes a slot where it is first wanted", () => {
    expect(firstPositions(["a", "b", "a", "b"], (position) => position >= 1)).toEqual([1, 2]);
    expect(firstPositions(["a"], () => false)).toEqual([]);
    expect(firstPositions([], all)).toEqual([]);
  });
});

describe("cutByLimits", () => {
  const weighing = (...weights: number[]) => weights.map((weight) => ({ weight }));
  const positions = (count: number) => Array.from({ length: count }, (_, index) => index);

  it("begins a new run at either limit, and not before", () => {
    const runs = (inputs: number, weight: number) =>
      cutByLimits(positions(5), weighing(2, 2, 2, 2, 2), { inputs, weight }).map((run) => run.length);
    expect(runs(5, 10)).toEqual([5]);
    expect(runs(4, 10)).toEqual([4, 1]);
    expect(runs(5, 9)).toEqual([4, 1]);
    expect(runs(5, 4)).toEqual([2, 2, 1]);
    expect(runs(1, 10)).toEqual([1, 1, 1, 1, 1]);
  });

  it("sends an input that is too heavy alone, for the provider to refuse", () => {
    expect(cutByLimits(positions(3), weighing(1, 50, 1), { inputs: 10, weight: 10 })).toEqual([[0], [1], [2]]);
  });

  it("weighs the inputs at the positions, wherever those are", () => {
    expect(cutByLimits([3, 1], weighing(9, 1, 9, 9), { inputs: 10, weight: 10 })).toEqual([[3, 1]]);
    expect(cutByLimits([], weighing(1), { inputs: 10, weight: 10 })).toEqual([]);
  });

  it("keeps every position, in order, within the limits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { maxLength: 40 }),
        fc.record({ inputs: fc.integer({ min: 1, max: 8 }), weight: fc.integer({ min: 1, max: 60 }) }),
        (weights, limits) => {
          const inputs = weighing(...weights);
          const runs = cutByLimits(positions(weights.length), inputs, limits);
          expect(runs.flat()).toEqual(positions(weights.length));
          for (const run of runs) {
            const weight = run.reduce((sum, position) => sum + (weights[position] as number), 0);
            expect(run.length).toBeLessThanOrEqual(limits.inputs);
            if (run.length > 1) expect(weight).toBeLessThanOrEqual(limits.weight);
          }
        },
      ),
    );
  });
});

describe("shareTokens", () => {
  const text = (weight: number) => ({ weight, tokens: undefined });
  const tokens = (count: number) => ({ weight: 3 * count, tokens: count });

  it("gives everything to a text that is alone", () => {
    expect(shareTokens(7, [text(100)])).toEqual([7]);
    expect(shareTokens(0, [text(100)])).toEqual([0]);
  });

  it("shares by weight, and what is left over by the largest remainders", () => {
    expect(shareTokens(10, [text(1), text(1), text(2)])).toEqual([3, 2, 5]);
    expect(shareTokens(5, [text(10), text(1), text(9)])).toEqual([3, 0, 2]);
  });

  it("knows the tokens of an array of tokens, whatever the provider says of all", () => {
    expect(shareTokens(10, [tokens(3), tokens(7)])).toEqual([3, 7]);
    expect(shareTokens(10, [tokens(3), text(4), text(4)])).toEqual([3, 4, 3]);
    expect(shareTokens(2, [tokens(3), text(4)])).toEqual([3, 0]);
    expect(shareTokens(undefined, [tokens(3), text(4)])).toEqual([3, undefined]);
  });

  it("adds up to what the provider counted", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.array(fc.nat(5_000), { minLength: 1, maxLength: 60 }), (total, weights) => {
        const shares = shareTokens(total, weights.map(text)) as number[];
        expect(shares.every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      }),
    );
  });
});
