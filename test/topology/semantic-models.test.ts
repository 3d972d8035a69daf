import { expect, it } from "vitest";
import type { Embedder } from "../../src/core/embedder.ts";
import { answeredBy, setUpSemantic } from "./semantic-harness.ts";

/** Large models are read in the background, so that no call of the process waits for a whole file. */

/** Finds all texts alike; `heard` is what it was asked to do. */
function embedderOf(heard: string[], prepare: () => Promise<void>): Embedder {
  return {
    name: "m",
    prepare(nextTurn) {
      heard.push("prepare");
      return nextTurn().then(prepare);
    },
    embed(texts) {
      heard.push("embed");
      return texts.map(() => Float32Array.of(1, 0));
    },
  };
}

const serve = { mode: "serve", strategy: "threshold", threshold: 0.9 } as const;

it("soon after the start, though nobody asks, and once", async () => {
  const heard: string[] = [];
  const prepared = Promise.withResolvers<void>();
  const embedder = embedderOf(heard, async () => prepared.resolve());
  const { clock, say } = await setUpSemantic(serve, { embedder });
  expect(heard).toEqual([]);
  clock.advance(250);
  await prepared.promise;
  expect(heard).toEqual(["prepare"]);
  await say("How do I change the oil filter of a motorbike?");
  expect(heard.filter((what) => what === "prepare")).toHaveLength(1);
});

it("with the first question, which waits for them, where that comes earlier", async () => {
  const heard: string[] = [];
  const { say } = await setUpSemantic(serve, { embedder: embedderOf(heard, async () => void heard.push("prepared")) });
  await say("How do I change the oil filter of a motorbike?");
  expect(heard.slice(0, 3)).toEqual(["prepare", "prepared", "embed"]);
  expect(answeredBy(await say("How do I replace the oil filter of a motorbike?"))).toBe("semantic");
});
