import { expect, test } from "vitest";
import type { LoggedCall } from "../../access-log/logged-call.ts";
import { TimeOrder } from "./time-order.ts";

const minute = 60_000;

function ordered(times: readonly (number | undefined)[]): { readonly at: (number | undefined)[]; jumps: number } {
  const order = new TimeOrder();
  const out: LoggedCall[] = [];
  for (const [line, at] of times.entries()) {
    order.push({ line, at, durationMs: 5 * minute } as LoggedCall, 10);
    out.push(...order.due());
  }
  out.push(...order.rest());
  expect(out).toHaveLength(times.length);
  return { at: out.map(({ at }) => at), jumps: order.jumps };
}

test("calls that were logged when they ended come in the order in which they began", () => {
  expect(ordered([5_000, 1_000, 3_000, 9 * minute, 2_000])).toEqual({
    at: [1_000, 2_000, 3_000, 5_000, 9 * minute],
    jumps: 0,
  });
});

test("where the clock was set back, time goes on from where it was, with the same spaces", () => {
  const late = 100 * minute;
  const { at, jumps } = ordered([late, late + 1_000, 5 * minute, 5 * minute + 2_000, 5 * minute + 3_000]);
  expect(jumps).toBe(1);
  expect(at).toEqual([late, late + 1_000, late + 1_000, late + 3_000, late + 4_000]);
});

test("time never goes back, whatever the log says", () => {
  const times = Array.from({ length: 2_000 }, (_, index) => ((index * 7_919_777) % (120 * minute)) + 1);
  const { at } = ordered(times);
  expect(at).toEqual(at.toSorted((one, other) => (one ?? 0) - (other ?? 0)));
});

test("calls without a time keep their place", () => {
  expect(ordered([undefined, undefined])).toEqual({ at: [undefined, undefined], jumps: 0 });
});

test("what waits is bounded", () => {
  const order = new TimeOrder();
  let most = 0;
  let out = 0;
  for (let index = 0; index < 100_000; index++) {
    order.push({ line: index, at: 1_000 + index / 1_000 } as LoggedCall, 10);
    if (index % 100 === 0) out += order.due().length;
    most = Math.max(most, index - out);
  }
  expect(most).toBeLessThan(25_000);
});
