import { describe, expect, it } from "vitest";
import { AffinityPolicy } from "./affinity-policy.ts";
import { blocksOf, type PromptBlocks } from "./prompt-blocks.ts";

const blockLength = 100;
const all = [0, 1, 2];

/** `ids` name the blocks; a prompt is as long as they are. */
function prompt(...ids: readonly number[]): PromptBlocks {
  return { names: ids, blockLength, length: ids.length * blockLength };
}

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

/** A call that is answered at once, having found `found` blocks of its prompt, or what was expected. */
function answered(policy: AffinityPolicy, asked: PromptBlocks, nowMs: number, eligible = all, found?: number) {
  const choice = policy.choose(asked, eligible, nowMs);
  const call = policy.dispatch(asked, choice, nowMs);
  call.begun(nowMs + 1);
  call.ended(nowMs + 2);
  call.told(found === undefined ? choice.expected : found * blockLength);
  return choice;
}

describe("to the replica that is likely to answer first", () => {
  it("goes where the prompt began before, and a new one where the fewest new ones went", () => {
    const policy = new AffinityPolicy({ replicas: 3, capacity: 1_000 });
    const first = answered(policy, prompt(...range(0, 20)), 0);
    const other = answered(policy, prompt(...range(100, 20)), 10);
    expect(other.replica).not.toBe(first.replica);
    expect(answered(policy, prompt(...range(0, 20), 50), 20)).toEqual({ replica: first.replica, expected: 2_000 });
    expect(answered(policy, prompt(...range(100, 20), 60), 30)).toEqual({ replica: other.replica, expected: 2_000 });
  });

  it("goes elsewhere when what waits there would take longer than computing it anew", () => {
    const policy = new AffinityPolicy({ replicas: 2, capacity: 1_000, externality: 1 });
    const warm = answered(policy, prompt(...range(0, 10)), 0, [0, 1]).replica;
    const next = prompt(...range(0, 10), 11);
    const waiting = prompt(...range(500, 21));
    policy.dispatch(waiting, { replica: warm, expected: 0 }, 10);
    // 2,100 wait and 2 x 100 are lacking there; elsewhere it is 2 x 1,100.
    expect(policy.choose(next, [0, 1], 10).replica).not.toBe(warm);
    const less = new AffinityPolicy({ replicas: 2, capacity: 1_000, externality: 1 });
    const same = answered(less, prompt(...range(0, 10)), 0, [0, 1]).replica;
    less.dispatch(prompt(...range(500, 19)), { replica: same, expected: 0 }, 10);
    expect(less.choose(next, [0, 1], 10).replica).toBe(same);
  });

  it("knows that what waits is being computed", () => {
    const policy = new AffinityPolicy({ replicas: 2, capacity: 1_000 });
    const call = policy.dispatch(prompt(...range(0, 10)), { replica: 0, expected: 0 }, 0);
    // 1,000 in 100 ms.
    call.begun(100);
    call.ended(100);
    call.told(0);
    policy.dispatch(prompt(...range(500, 30)), { replica: 0, expected: 0 }, 100);
    const next = prompt(...range(0, 10), 11);
    expect(policy.choose(next, [0, 1], 101).replica).toBe(1);
    // 299 ms later hardly anything of it is left.
    expect(policy.choose(next, [0, 1], 399).replica).toBe(0);
  });

  it("a faster replica gets more", () => {
    const policy = new AffinityPolicy({ replicas: 2, capacity: 1_000 });
    for (const [replica, took] of [100, 400].entries()) {
      const call = policy.dispatch(prompt(...range(1_000 * replica, 10)), { replica, expected: 0 }, 0);
      call.begun(took);
      call.ended(took);
      call.told(0);
    }
    policy.dispatch(prompt(...range(5_000, 10)), { replica: 0, expected: 0 }, 1_000);
    expect(policy.choose(prompt(...range(9_000, 10)), [0, 1], 1_000).replica).toBe(0);
  });

  it("only those that are eligible are chosen", () => {
    const policy = new AffinityPolicy({ replicas: 3, capacity: 1_000 });
    const warm = answered(policy, prompt(...range(0, 10)), 0).replica;
    const others = all.filter((replica) => replica !== warm);
    expect(others).toContain(policy.choose(prompt(...range(0, 10)), others, 1).replica);
  });

  it("learns that a replica holds less than it was supposed to", () => {
    const policy = new AffinityPolicy({ replicas: 1, capacity: 1_000 });
    // Of twenty prompts of twenty blocks none is left when it is asked again.
    for (let round = 0; round < 40; round++)
      for (let turn = 0; turn < 20; turn++)
        answered(policy, prompt(...range(turn * 100, 20)), round * 1_000 + turn, [0], 0);
    const expected = range(0, 20).filter(
      (turn) => policy.choose(prompt(...range(turn * 100, 20)), [0], 99_999).expected > 0,
    );
    expect(expected.length).toBeLessThan(20);
  });

  it("learns that a replica began anew, and supposes nothing of it then", () => {
    const policy = new AffinityPolicy({ replicas: 1, capacity: 1_000 });
    for (let turn = 0; turn < 20; turn++) answered(policy, prompt(...range(turn * 100, 20)), turn, [0]);
    for (let turn = 0; turn < 3; turn++) answered(policy, prompt(...range(turn * 100, 20)), 100 + turn, [0], 0);
    expect(policy.choose(prompt(...range(1_000, 20)), [0], 200).expected).toBe(0);
    // The last of these it has computed since.
    expect(policy.choose(prompt(...range(200, 20)), [0], 200).expected).toBe(2_000);
  });

  it.each([Number.NaN, -1, 1e9, Number.POSITIVE_INFINITY])("usage of %s tells nothing", (nonsense) => {
    const policy = new AffinityPolicy({ replicas: 1, capacity: 100 });
    answered(policy, prompt(...range(0, 20)), 0, [0]);
    const call = policy.dispatch(prompt(...range(0, 20)), { replica: 0, expected: 2_000 }, 1);
    call.told(nonsense);
    call.ended(2);
    call.ended(3);
    expect(policy.choose(prompt(...range(0, 20)), [0], 4).expected).toBe(2_000);
  });
});

describe("blocks of a prompt", () => {
  it("are as many as both begin with alike, and parted by what must not be shared", () => {
    const text = "You answer questions about the house. ".repeat(100);
    const [one, other] = [blocksOf(`${text}How?`), blocksOf(`${text}What is it? ${text}`)];
    const shared = one.names.findIndex((name, place) => name !== other.names[place]);
    expect(shared === -1 ? one.names.length : shared).toBe(Math.floor(text.length / 512));
    expect(new Set([...one.names, ...blocksOf(`${text}How?`, "tenant").names]).size).toBe(2 * one.names.length);
    expect(one.names.every(Number.isSafeInteger)).toBe(true);
  });

  it("no two of a million are named alike", () => {
    const names = new Set<number>();
    for (let turn = 0; turn < 2_000; turn++)
      for (const name of blocksOf(`${turn} `.repeat(400), "", 4).names) names.add(name);
    const count = range(0, 2_000).reduce(
      (sum, turn) => sum + Math.min(512, Math.floor((`${turn} `.length * 400) / 4)),
      0,
    );
    expect(names.size).toBe(count);
  });
});
