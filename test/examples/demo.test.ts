import { expect, test } from "vitest";
import { runExample } from "./run-example.ts";

test("demo.ts: the day ends, and what it reports adds up", async () => {
  const { output } = await runExample(process.execPath, new URL("../../examples/demo.ts", import.meta.url));
  const calls = Object.fromEntries(
    [...output.matchAll(/^(HIT|STALE|COALESCED|MISS|ERROR|all) +(\d+)/gm)].map(([, name, count]) => [
      name,
      Number(count),
    ]),
  );
  expect(calls).toEqual({ HIT: 79, STALE: 2, COALESCED: 11, MISS: 34, ERROR: 1, all: 127 });
  expect(output).toContain("calls to the origin   34");
  expect(output).toContain("SQLite has kept the answers");
  expect(output).toMatch(/13:00 .* 16 HIT/);
  expect(output).toMatch(/14:10 .* 2 STALE/);
}, 60_000);
