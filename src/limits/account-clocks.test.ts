import { expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Limits } from "../core/limits.ts";
import { memory } from "../stores/memory.ts";
import { Account } from "./account.ts";
import { tokenAmounts } from "./quantities.ts";
import { SharedCounts } from "./shared-counts.ts";

const [hour, day] = [3_600_000, 86_400_000];

/** Each process is started with a clock of its own; how many of many calls it lets through. */
function world(limits: Limits, dollars: number) {
  const store = memory({ clock: new ManualClock(Date.UTC(2026, 0, 1)) });
  let started = 0;
  return async (at: number): Promise<number> => {
    const clock = new ManualClock(at);
    const counts = new SharedCounts({ store, clock, node: `node-${started++}`, deadlineMs: 250 });
    const account = new Account("key:a", limits, { counts, clock, syncMs: 1_000, deadlineMs: 250, onBehind: () => {} });
    let given = 0;
    for (let index = 0; index < 20; index++) {
      const taking = await account.take(tokenAmounts(1, dollars * 1e12));
      if (!taking.ok) continue;
      taking.charge.settle(tokenAmounts(1, dollars * 1e12));
      given += 1;
    }
    await account.sync();
    return given;
  };
}

test.each([hour, -hour, 11 * hour, -11 * hour])(
  "T1: a process that is started again with its clock off by %i ms is given nothing of the day twice",
  async (step) => {
    const start = world({ tokensPerDay: 10 }, 0);
    const noon = Date.UTC(2026, 4, 20, 12);
    expect([await start(noon), await start(noon + step), await start(noon)]).toEqual([10, 0, 0]);
  },
);

test("T1: clocks that are a day ahead and come back again find each day as it was left", async () => {
  const start = world({ tokensPerDay: 10 }, 0);
  const noon = Date.UTC(2026, 4, 20, 12);
  expect([await start(noon), await start(noon + day), await start(noon), await start(noon - day)]).toEqual([
    10, 10, 0, 10,
  ]);
  expect([await start(noon + day), await start(noon - day)]).toEqual([0, 0]);
});

test("T1: a budget of a month is given once however clocks go within it, and anew with the year", async () => {
  const start = world({ usdPerMonth: 10_000_000_000_000n }, 1);
  const evening = Date.UTC(2026, 11, 31, 23);
  expect([await start(evening - 3 * day), await start(evening), await start(evening - 3 * day)]).toEqual([10, 0, 0]);
  expect([await start(evening + hour), await start(evening + 2 * hour)]).toEqual([10, 0]);
  // Set back over the end of the year, and forth again.
  expect([await start(evening), await start(evening + hour)]).toEqual([0, 0]);
});
