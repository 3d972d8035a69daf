import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { BenchOptions, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { quantile } from "../statistics.ts";
import { ask, contextOf } from "./asking.ts";
import { DataSets } from "./data-sets.ts";
import { ownPairs } from "./own-pairs.ts";
import { builtinEmbedder, LayerCache } from "./systems.ts";

/** How long the layer takes to look a question up that is not there, by the number of stored ones, embedding included. */

const sizes = [
  { count: 10_000, lookupMs: { must: 0.5, aim: 0.3 } },
  { count: 100_000, lookupMs: { must: 4, aim: 2.5 } },
] as const;

export async function lookupTimes({ quick, log }: BenchOptions, data: string | undefined) {
  const texts = textsOf(data);
  const budget: BudgetRow[] = [];
  const figures: Figure[] = [];
  for (const { count, lookupMs } of sizes) {
    const stored = quick ? count / 50 : count;
    log(`look-ups among ${stored.toLocaleString("en-US")} questions`);
    const rounds = await measure(texts, stored, quick ? 20 : 300, quick ? 1 : 5);
    const name = `look-up among ${count.toLocaleString("en-US")} questions, embedding included`;
    const at = (share: number) => rounds.map(({ times }) => quantile(times, share));
    budget.push(budgetRow(`${name}, p50`, "", at(0.5), { ...lookupMs, better: "lower", unit: "ms" }));
    figures.push(figure(`${name}, p99`, "ms", at(0.99)));
    figures.push(
      figure(
        `${name}, time of the processor`,
        "ms",
        rounds.map(({ processorMs }) => processorMs),
      ),
    );
    figures.push(
      figure(
        `${name}, longest turn of the event loop`,
        "ms",
        rounds.map(({ longestTurnMs }) => longestTurnMs),
      ),
    );
  }
  return { budget, figures };
}

interface Round {
  /** Of each look-up in milliseconds, the shortest first. */
  readonly times: Float64Array;
  /** For one look-up; what runs on other threads is in it. */
  readonly processorMs: number;
  readonly longestTurnMs: number;
}

async function measure(texts: readonly string[], stored: number, lookups: number, rounds: number) {
  // Scanned as the product does it: in a thread where that takes longer than a turn may.
  const cache = new LayerCache("verified", builtinEmbedder(), "built-in", { maxVectors: 300_000 });
  const [before, elsewhere] = [contextOf("times"), contextOf("elsewhere")];
  try {
    for (let index = 0; index < stored; index++) await cache.fill(ask(textAt(texts, index), before), elsewhere);
    const all: Round[] = [];
    let next = stored;
    // The first round warms everything up and is thrown away.
    for (let round = 0; round <= rounds; round++) {
      const questions = Array.from({ length: lookups }, () => ask(textAt(texts, next++), before));
      const times = new Float64Array(lookups);
      const turns = watchTurns();
      const usedBefore = process.cpuUsage();
      for (const [at, asked] of questions.entries()) {
        const startedAt = performance.now();
        await cache.look(asked);
        times[at] = performance.now() - startedAt;
        await nextTurn();
      }
      const used = process.cpuUsage(usedBefore);
      const processorMs = (used.user + used.system) / 1_000 / lookups;
      all.push({ times: times.sort(), processorMs, longestTurnMs: turns.stop() });
    }
    return all.slice(1);
  } finally {
    await cache.close();
  }
}

/** A timer of a millisecond comes late when something blocks the event loop; nothing spins, which would slow the scan. */
function watchTurns() {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  return {
    stop() {
      delays.disable();
      return Math.max(0, delays.max / 1e6 - 1);
    },
  };
}

/** When all texts were used, once more with another number. */
function textAt(texts: readonly string[], index: number): string {
  const pass = Math.floor(index / texts.length);
  const text = texts[index % texts.length] as string;
  return pass === 0 ? text : `${text} (${pass})`;
}

function textsOf(data: string | undefined): readonly string[] {
  const texts =
    data === undefined
      ? ownPairs().flatMap(({ a, b }) => [a, b])
      : new DataSets(data).manyQuestions().flatMap(({ a, b }) => [a, b]);
  return [...new Set(texts)];
}
