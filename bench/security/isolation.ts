import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/cli/simulate/seeded-random.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { type Crossings, lookForCrossings, newCache } from "../../test/security/crossing-world.ts";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";

/** How many answers are looked at in one go; the log says after each how far it is. */
const turnLookups = 25_000;

/**
 * A million look-ups of 50 tenants who ask the same, by chance, in every layer, and how many were answered with what is
 * another's. Most go to one cache in memory; a tenth to two that share a sealed store.
 */
export const isolation: Benchmark = {
  name: "isolation",
  describe: "a million look-ups across tenants: how many are answered with what is another's",
  mostMs: 3_600_000,
  onDemand: true,
  async run({ quick, log }) {
    const all = quick ? 2_000 : 1_000_000;
    const clock = new ManualClock();
    const folder = mkdtempSync(join(tmpdir(), "reprise-isolation-"));
    const masterKey = Buffer.alloc(32, 7).toString("base64");
    const alone = [await newCache({ clock, memoryBytes: "64mb" })];
    const sharing = await Promise.all([1, 2].map(() => newCache({ clock, masterKey, store: sqlite(folder) })));
    const total: Crossings = { lookups: 0, outcomes: new Map(), found: [] };
    const startedAt = performance.now();
    try {
      for (let turn = 0; total.lookups < all; turn++) {
        const lookups = Math.min(turnLookups, all - total.lookups);
        const random = seededRandom(1_000 + turn);
        const caches = turn % 10 === 9 || quick ? sharing : alone;
        const some = await lookForCrossings({ caches, clock, random, tenants: 50, lookups });
        total.lookups += some.lookups;
        total.found.push(...some.found);
        for (const [outcome, count] of some.outcomes)
          total.outcomes.set(outcome, (total.outcomes.get(outcome) ?? 0) + count);
        log(`${total.lookups} look-ups, ${total.found.length} crossings`);
      }
    } finally {
      for (const cache of [...alone, ...sharing]) await cache.close();
      rmSync(folder, { recursive: true, force: true });
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    return {
      budget: [
        budgetRow("look-ups answered with what is another's", `${total.lookups} look-ups`, [total.found.length], {
          must: 0,
          better: "lower",
          unit: "look-ups",
        }),
      ],
      figures: [
        ...[...total.outcomes].sort().map(([outcome, count]) => figure(outcome, "look-ups", [count])),
        figure("look-ups a second", "1/s", [total.lookups / seconds]),
      ],
      notes: [
        "The origin puts a mark of the caller's credentials into every answer; body and header fields of each answer are searched for the marks of others.",
        ...total.found.slice(0, 10),
      ],
    };
  },
};
