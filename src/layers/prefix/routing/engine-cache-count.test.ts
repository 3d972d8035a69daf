import { describe, expect, it } from "vitest";
import { AffinityPolicy } from "./affinity-policy.ts";
import { EngineCacheCount } from "./engine-cache-count.ts";

describe("what an engine's cache can hold", () => {
  it("is what it holds when it removes for the first time", () => {
    const count = new EngineCacheCount();
    count.begun(true);
    count.stored(100, 1_600);
    count.stored(50, 800);
    expect(count.removed(10)).toBe(2_400);
    expect(count.removed(5)).toBe(2_240);
  });

  it("is not known of one that had something before, or of which something was missed", () => {
    const count = new EngineCacheCount();
    count.stored(100, 1_600);
    expect(count.removed(1)).toBeUndefined();
    count.begun(false);
    count.stored(100, 1_600);
    expect(count.removed(1)).toBeUndefined();
    count.begun(true);
    count.stored(10, 160);
    count.lost();
    expect(count.removed(1)).toBeUndefined();
    count.begun(true);
    count.stored(10, 160);
    expect(count.removed(1)).toBe(160);
  });
});

describe("routing by what engines tell", () => {
  const blockLength = 512;
  const tokensOfBlock = 128;
  const prompt = (first: number, blocks = 10) => ({
    names: Array.from({ length: blocks }, (_, index) => first * 100 + index),
    blockLength,
    length: blocks * blockLength,
  });

  /** The engine holds `capacity` blocks; of `foreign` others it is told nothing here. */
  function play(capacity: number, foreign: number, before: (policy: AffinityPolicy) => void = () => {}) {
    const policy = new AffinityPolicy({ replicas: 1, capacity: 10_000 });
    before(policy);
    const count = new EngineCacheCount();
    count.begun(true);
    let held = 0;
    const store = (blocks: number) => {
      count.stored(8 * blocks, blocks * tokensOfBlock);
      policy.engineStored(0, blocks * tokensOfBlock);
      held += blocks;
      if (held <= capacity) return;
      const full = count.removed(8 * (held - capacity));
      held = capacity;
      if (full !== undefined) policy.engineFull(0, full);
    };
    for (let call = 0; call < 200; call++) {
      policy.dispatch(prompt(call), policy.choose(prompt(call), [0], call), call).ended(call);
      store(10);
      store(foreign);
    }
    return (call: number) => policy.choose(prompt(call), [0], 300).expected / blockLength;
  }

  it("what is supposed of its cache shrinks to what it holds", () => {
    const expected = play(200, 0);
    expect(expected(185)).toBe(10);
    expect(expected(150)).toBe(0);
  });

  it("what others store there takes its share", () => {
    const expected = play(200, 30);
    expect(expected(197)).toBe(10);
    expect(expected(190)).toBe(0);
  });

  it("what was told of a cache that is no more counts no longer", () => {
    const expected = play(200, 0, (policy) => {
      policy.dispatch(prompt(0), policy.choose(prompt(0), [0], 0), 0).ended(0);
      policy.engineStored(0, Number.POSITIVE_INFINITY);
      policy.engineFull(0, Number.POSITIVE_INFINITY);
      policy.forget(0);
    });
    expect(expected(185)).toBe(10);
    expect(expected(150)).toBe(0);
  });
});
