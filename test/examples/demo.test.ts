import { expect, test } from "vitest";
import { runExample } from "./run-example.ts";

test("demo.ts: every layer works in the day that is played, its books balance, and the gateway goes on with its store", {
  timeout: 180_000,
}, async () => {
  const demo = new URL("../../examples/demo.ts", import.meta.url);
  const { output } = await runExample(process.execPath, demo, {}, ["--once"]);
  const columns = [...output.matchAll(/^(\w+) +(\d+)(?: +(\d+) +(\d+\.\d+))?$/gm)];
  const first = new Map(columns.map(([, name = "", count]) => [name, Number(count)]));
  const { all, ...calls } = Object.fromEntries(first);
  const { exact, semantic, embedding, coalescing, ...byStatus } = calls;

  expect(Object.keys(byStatus)).toEqual(["HIT", "STALE", "COALESCED", "MISS", "REFRESH", "BYPASS", "ERROR"]);
  expect(Object.entries(calls).filter(([, count]) => count === 0)).toEqual([]);
  expect(Object.values(byStatus).reduce((sum, count) => sum + count, 0)).toBe(all);
  const { HIT = 0, STALE = 0, COALESCED = 0 } = byStatus;
  expect(Number(exact) + Number(semantic) + Number(embedding) + Number(coalescing)).toBe(HIT + STALE + COALESCED);
  expect(output).toContain("The books balance");
  const again = new Map(
    [...output.matchAll(/^([A-Za-z][A-Za-z ]*?) {2,}([\d.]+) {2,}([\d.]+)$/gm)].map(([, name = "", ...both]) => [
      name,
      both,
    ]),
  );
  for (const [status, count] of Object.entries(byStatus)) expect(again.get(status)).toEqual([`${count}`, `${count}`]);
  expect([...again.values()].filter(([ledger, replay]) => ledger !== replay)).toEqual([]);
  expect(again.get("USD saved by semantic")?.[1]).toMatch(/^\d+\.\d{6}$/);
  expect(output).toContain("16 of 16 questions of the day are hits");
  expect(output).toMatch(/"conditions" is taken back/);
  expect(output).toMatch(/somebody reports a wrong answer/);
});
