import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const megabyte = 1024 * 1024;

/** Makes what survives, before and after; says how large the space for new objects was each time. */
const script = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { limitHeap } from "${new URL("./heap-limits.ts", import.meta.url)}";
  const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size;
  let kept = [];
  const make = () => { for (let count = 0; count < 500_000; count++) kept.push({ count, parts: [count, String(count)] }); };
  make();
  const grown = size();
  kept = [];
  const timers = [];
  limitHeap({ after: (delayMs, action) => timers.push(action) });
  const held = size();
  make();
  const loaded = size();
  kept = [];
  globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" });
  const idle = size();
  timers.shift()();
  console.log(JSON.stringify({ grown, held, loaded, idle, again: size(), timers: timers.length }));
`;

it("holds the space for new objects at 4 MB, whatever one turn makes, and makes it that again after it was made small", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    "--input-type=module",
    "--eval",
    script,
  ]);
  const { grown, held, loaded, idle, again, timers } = JSON.parse(stdout) as Record<string, number>;
  expect(grown).toBeGreaterThan(8 * megabyte);
  expect(held).toBe(8 * megabyte);
  expect(loaded).toBe(8 * megabyte);
  expect(idle).toBeLessThan(8 * megabyte);
  expect(again).toBe(8 * megabyte);
  expect(timers).toBe(1);
});
