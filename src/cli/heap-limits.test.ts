import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const megabyte = 1024 * 1024;

/** Makes what survives, before and after; says how large the space for new objects was each time. */
const script = `
  import { setImmediate as nextTurn } from "node:timers/promises";
  import { getHeapSpaceStatistics } from "node:v8";
  import { systemClock } from "${new URL("../core/clock.ts", import.meta.url)}";
  import { limitHeap } from "${new URL("./heap-limits.ts", import.meta.url)}";
  const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size;
  let kept = [];
  const make = () => { for (let count = 0; count < 5_000; count++) kept.push({ count, parts: [count, String(count)] }); };
  for (let round = 0; round < 100; round++) make();
  const grown = size();
  kept = [];
  limitHeap(systemClock);
  while (size() > ${2 * megabyte}) await nextTurn();
  const givenBack = size();
  for (let round = 0; round < 100; round++) { make(); await nextTurn(); }
  console.log(JSON.stringify({ grown, givenBack, again: size() }));
`;

it("gives back the space for new objects that the start has taken, and lets it grow to 4 MB again", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  const { grown, givenBack, again } = JSON.parse(stdout) as Record<string, number>;
  expect(grown).toBeGreaterThan(8 * megabyte);
  expect(givenBack).toBeLessThanOrEqual(2 * megabyte);
  expect(again).toBe(8 * megabyte);
});
