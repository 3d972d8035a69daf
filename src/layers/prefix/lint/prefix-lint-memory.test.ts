import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { PrefixLint } from "./prefix-lint.ts";
import { prompt } from "./prefix-lint-samples.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const length = 100_000;

/** Bytes that remain of so many long prompts of which two are remembered. */
function heldOf(count: number, systemOf: (index: number) => string): number {
  const linting = new PrefixLint({ mostPrompts: 2, mostLength: 1_000_000 });
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++)
    linting.hear(prompt({ system: systemOf(index), call: { id: String(index), model: `m${index >> 1}` } }));
  collect();
  const held = process.memoryUsage().heapUsed - before;
  expect(linting.remembered).toBe(2); // still held
  return held;
}

it.each([
  ["how they begin, without a space", (index: number) => `${index}${"x".repeat(length)}`],
  ["how they begin, in words", (index: number) => `Prompt ${index}. ${"Rule of the house. ".repeat(length / 19)}`],
  // Every second one breaks the one before it, which is of the same model.
  [
    "what differs",
    (index: number) => `${"Be kind. ".repeat(999)}${`${index}-`.repeat(9_999)}${"Be brief. ".repeat(9_999)}`,
  ],
])("of prompts that are forgotten remains little: %s", (_, systemOf) => {
  expect(heldOf(40, systemOf)).toBeLessThan(2_000_000);
});
