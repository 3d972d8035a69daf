import { describe, expect, it } from "vitest";
import { BoundedHashing } from "./bounded-hashing.ts";
import { blocksOf, type PromptBlocks } from "./prompt-blocks.ts";
import type { RoutingPolicy } from "./routing-policy.ts";
import { LeastLoad, RoundRobin } from "./simple-policies.ts";

const all = [0, 1, 2, 3];

function prompt(id: number): PromptBlocks {
  return blocksOf(`prompt ${id} `.repeat(200));
}

function goes(policy: RoutingPolicy, asked: PromptBlocks, eligible = all) {
  const choice = policy.choose(asked, eligible, 0);
  return { replica: choice.replica, call: policy.dispatch(asked, choice, 0) };
}

describe("policies that know nothing of caches", () => {
  it("round robin goes round, and past those that are out", () => {
    const policy = new RoundRobin(4);
    expect([1, 2, 3, 4, 5].map(() => goes(policy, prompt(0)).replica)).toEqual([0, 1, 2, 3, 0]);
    expect([1, 2, 3].map(() => goes(policy, prompt(0), [0, 2]).replica)).toEqual([2, 0, 2]);
  });

  it("least load fills the emptiest, and idle ones in turn", () => {
    const policy = new LeastLoad(4);
    const calls = [1, 2, 3, 4].map(() => goes(policy, prompt(0)));
    expect(calls.map(({ replica }) => replica)).toEqual([0, 1, 2, 3]);
    calls[2]?.call.ended(1);
    expect(goes(policy, prompt(0)).replica).toBe(2);
    const idle = new LeastLoad(4);
    const turns = [1, 2, 3, 4, 5].map(() => {
      const { replica, call } = goes(idle, prompt(0));
      call.ended(1);
      return replica;
    });
    expect(turns).toEqual([0, 1, 2, 3, 0]);
  });

  it("bounded hashing keeps a prompt where it was, moves few when one leaves, and overloads nobody", () => {
    const policy = new BoundedHashing({ replicas: 4 });
    const placeOf = (id: number, eligible = all): number => {
      const { replica, call } = goes(policy, prompt(id), eligible);
      call.ended(1);
      return replica;
    };
    const ids = Array.from({ length: 400 }, (_, id) => id);
    const places = ids.map((id) => placeOf(id));
    expect(ids.map((id) => placeOf(id))).toEqual(places);
    for (const replica of all) expect(places.filter((place) => place === replica).length).toBeGreaterThan(50);
    const without = ids.map((id) => placeOf(id, [0, 1, 3]));
    for (const [id, place] of places.entries()) if (place !== 2) expect(without[id]).toBe(place);
    // A hundred calls at once with one beginning.
    const held = ids.slice(0, 100).map(() => goes(policy, prompt(7)).replica);
    for (const replica of all)
      expect(held.filter((place) => place === replica).length).toBeLessThanOrEqual(Math.ceil(1.25 * 25) + 1);
  });
});
