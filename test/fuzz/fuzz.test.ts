import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import { fuzzTargets } from "./all-targets.ts";
import { corpusOf, crashesOf } from "./corpus.ts";
import { BrokenPromiseError, type FuzzTarget, promise } from "./fuzz-target.ts";
import { failureOf, fuzz } from "./fuzzing.ts";
import { ReachedSource } from "./reached-source.ts";

/** Beside those that are kept. `npm run fuzz` goes on for hours. */
const runsEach = 128;

describe("fuzzing", () => {
  it.each(fuzzTargets)("$name keeps its promises", async (target) => {
    const source = new ReachedSource();
    const corpus = corpusOf(target);
    const { crash } = await fuzz(target, corpus, {
      random: seededRandom(20_261_127),
      source,
      isOver: ({ runs }) => runs >= corpus.length + (target.runsInTests ?? runsEach),
    });
    expect(crash && { ...crash, input: Buffer.from(crash.input).toString("latin1") }).toBeUndefined();
  });

  it.each(fuzzTargets.filter((target) => crashesOf(target).length > 0))(
    "$name keeps its promises for what once broke them",
    async (target) => {
      for (const input of crashesOf(target)) expect(await failureOf(target, input)).toBeUndefined();
    },
  );

  it("has a name for each target", () => {
    expect(new Set(fuzzTargets.map(({ name }) => name)).size).toBe(fuzzTargets.length);
  });
});

describe("the fuzzer", () => {
  /** Broken behind three doors, which nothing but what is reached on the way leads to. */
  const hidden: FuzzTarget = {
    name: "hidden",
    seeds: ["...."],
    words: ["r", "p"],
    run: (input) => promise(!opensDoors(input), "behind the doors"),
  };
  const search = async (seed: number) => {
    const source = new ReachedSource((url) => url.includes("fuzz.test.ts"));
    const isOver = ({ runs }: { readonly runs: number }): boolean => runs >= 20_000;
    const found = await fuzz(hidden, corpusOf(hidden), { random: seededRandom(seed), source, isOver });
    return found;
  };

  it("finds its way by what it reaches, and makes what it finds small", async () => {
    const { crash, kept } = await search(1);
    expect(crash?.error).toBeInstanceOf(BrokenPromiseError);
    expect(Buffer.from(crash?.input ?? []).toString("latin1")).toBe("rprp");
    expect(kept.length).toBeGreaterThan(2);
  });
});

function opensDoors(input: Uint8Array): boolean {
  if (input[0] === 0x72) {
    if (input[1] === 0x70) {
      if (input[2] === 0x72) {
        if (input[3] === 0x70) return true;
      }
    }
  }
  return false;
}
