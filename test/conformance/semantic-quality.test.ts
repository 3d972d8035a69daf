import { describe, expect, it } from "vitest";
import { type Judged, judge } from "../../bench/semantic/judging.ts";
import { chanceFrom, nearKinds, nearRepeat } from "../../bench/semantic/near-repeats.ts";
import { ownPairs } from "../../bench/semantic/own-pairs.ts";
import { ownStreams, repeatStream } from "../../bench/semantic/streams.ts";
import { builtinEmbedder, layerSystem } from "../../bench/semantic/systems.ts";
import { curveOf, partialArea, recallAt, tally } from "../../bench/semantic/tally.ts";

/** What may never get worse of the semantic layer as it is assembled, over the pairs that were written for this project. */
describe.each(["verified", "threshold"] as const)("the semantic layer, %s", (strategy) => {
  const system = layerSystem(strategy, "built-in", builtinEmbedder());

  it("answers next to no question that only looks like a stored one, and repeats of all kinds", async () => {
    const judged = (await Promise.all(ownStreams().map((stream) => judge(system, stream)))).flat();
    const traps = judged.filter(({ counted }) => counted.includes(": trap"));
    const strict = traps.filter(({ counted }) => /, (?:number|negation|direction)$/.test(counted));
    expect(traps.length).toBeGreaterThan(600);
    expect(strict.length).toBeGreaterThan(150);
    expect(served(strict)).toEqual([]);
    // Plain cosine at the same threshold answers a third of them.
    expect(served(traps).length / traps.length).toBeLessThan(0.02);
    const repeats = tally(
      judged.filter(({ counted }) => counted.includes(": repeat")),
      undefined,
    );
    expect(repeats.right / repeats.servable).toBeGreaterThan(0.15);
  });

  it("never answers the same words after other ones", async () => {
    const streams = ownStreams().filter(({ name }) => name === "own conversations");
    const judged = (await Promise.all(streams.map((stream) => judge(system, stream)))).flat();
    expect(judged.length).toBeGreaterThanOrEqual(100);
    expect(judged.filter(({ judgement }) => judgement !== "none")).toEqual([]);
  });

  it("answers a question that is typed again in another way, and only from what asks the same", async () => {
    const chance = chanceFrom(5);
    const texts = [...new Set(ownPairs().map(({ a }) => a))].filter((_, index) => index % 4 === 0);
    const repeats = texts.map((text, index) => {
      const kind = nearKinds[index % nearKinds.length] as string;
      return { text, repeat: nearRepeat(text, kind, chance), counted: "again" };
    });
    const counts = tally(await judge(system, repeatStream("again", repeats)), undefined);
    expect(counts.wrong).toBe(0);
    expect(counts.right / counts.servable).toBeGreaterThan(0.9);
  });
});

describe("the streams of the benchmark", () => {
  it("count repeats apart of which no answer is kept, since it would be of the moment", () => {
    const [lasting, passing] = ["Who painted the ceiling?", "What is the weather in Lima today?"].map((text) => ({
      text,
      repeat: `${text}?`,
      counted: "again",
    }));
    const { steps } = repeatStream(
      "again",
      [lasting, passing].flatMap((repeat) => repeat ?? []),
    );
    expect(steps.flatMap(({ counted }) => counted ?? [])).toEqual(["again", "of the moment: again"]);
  });
});

describe("the counts of the benchmark", () => {
  const one = (judgement: Judged["judgement"], score: number): Judged => ({
    counted: "any",
    isServable: judgement !== "wrong",
    judgement,
    score,
    serves: undefined,
    why: "",
    asked: "",
    found: undefined,
  });
  const judged = [one("right", 0.9), one("right", 0.8), one("wrong", 0.7), one("right", 0.7), one("none", 0)];

  it("serve from the threshold on", () => {
    expect(tally(judged, 0.8)).toEqual({ asked: 5, servable: 4, right: 2, wrong: 0, unlabelled: 0 });
    expect(tally(judged, 0.7)).toMatchObject({ right: 3, wrong: 1 });
  });

  it("know how much can be served at which share of wrong hits", () => {
    const curve = curveOf(judged);
    expect(recallAt(curve, 0.01)).toBe(0.5);
    expect(recallAt(curve, 0.25)).toBe(0.75);
    expect(partialArea(curve)).toBeCloseTo(0.5);
  });

  it("take equal scores together, whichever of them is right", () => {
    expect(recallAt(curveOf([one("wrong", 0.7), one("right", 0.7)]), 0.01)).toBe(0);
  });
});

function served(judged: readonly Judged[]): readonly string[] {
  return judged.filter(({ serves }) => serves === true).map(({ asked, found }) => `${asked} <> ${found}`);
}
