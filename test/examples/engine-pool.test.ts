import process from "node:process";
import { expect, test } from "vitest";
import { llamaPackage } from "../engine/llama-package.ts";
import { runExample } from "./run-example.ts";

test("engine-pool.ts: engines compute a fraction of what they do when calls go to the next one", async (context) => {
  const found = process.env["REPRISE_TEST_SERVICES"] === "off" ? undefined : await llamaPackage();
  if (found?.available !== true) {
    const reason = found?.reason ?? "REPRISE_TEST_SERVICES=off";
    process.stderr.write(`\nSKIPPED: examples/engine-pool.ts was not run: ${reason}\n`);
    return context.skip(reason);
  }
  const { lines } = await runExample(process.execPath, new URL("../../examples/engine-pool.ts", import.meta.url));
  const computed = lines.map((line) => {
    const [, routing, evaluated, prompts] = /^([\w-]+): (\d+) of (\d+) prompt tokens were computed$/.exec(line) ?? [];
    return { routing, evaluated: Number(evaluated), prompts: Number(prompts) };
  });
  expect(computed.map(({ routing }) => routing)).toEqual(["round-robin", "affinity", "slots"]);
  const [inTurn, affine, inSlots] = computed.map(({ evaluated }) => evaluated) as [number, number, number];
  expect(new Set(computed.map(({ prompts }) => prompts)).size).toBe(1);
  expect(affine).toBeLessThan(0.7 * inTurn);
  expect(inSlots).toBeLessThan(0.7 * inTurn);
});
