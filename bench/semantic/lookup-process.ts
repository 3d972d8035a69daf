/**
 * A child of the benchmark of look-ups, with nothing in its memory but the layer, as in a gateway:
 * `node lookup-process.ts STORED [DATA]` stores so many questions, and then looks up others as often as it is asked.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { limitHeap } from "../../src/cli/heap-limits.ts";
import { systemClock } from "../../src/core/clock.ts";
import { answerQuestions } from "../child-process.ts";
import { quantile } from "../statistics.ts";
import { ask, contextOf } from "./asking.ts";
import { DataSets } from "./data-sets.ts";
import { ownPairs } from "./own-pairs.ts";
import { builtinEmbedder, LayerCache } from "./systems.ts";

/** Of so many look-ups, in milliseconds. */
export interface LookupRound {
  readonly p50: number;
  readonly p99: number;
  /** Of one look-up; what runs on other threads is in it. */
  readonly processorMs: number;
  readonly longestTurnMs: number;
  /** Where plain arithmetic that takes as long runs in their place, right behind them: what the machine itself does. */
  readonly longestPlainTurnMs: number;
}

limitHeap(systemClock);
const [storedText, data] = process.argv.slice(2);
const stored = Number(storedText);
const texts = textsOf(data);
// Scanned as the product does it: in a thread where that takes longer than a turn may.
const cache = new LayerCache("verified", builtinEmbedder(), "built-in", { maxVectors: 300_000 });
const [before, elsewhere] = [contextOf("times"), contextOf("elsewhere")];
for (let index = 0; index < stored; index++) {
  await cache.fill(ask(textAt(index), before), elsewhere);
  await nextTurn();
}
let next = stored;
answerQuestions(look);
process.once("SIGTERM", () => void cache.close().then(() => process.exit(0)));
console.log("ready");

async function look(lookups: number): Promise<LookupRound> {
  const questions = Array.from({ length: lookups }, () => ask(textAt(next++), before));
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
  const longestTurnMs = turns.stop();
  times.sort();
  const p50 = quantile(times, 0.5);
  const longestPlainTurnMs = await longestTurnOf(sumsFor(p50), lookups);
  return { p50, p99: quantile(times, 0.99), processorMs, longestTurnMs, longestPlainTurnMs };
}

async function longestTurnOf(sums: number, turnsTaken: number): Promise<number> {
  const turns = watchTurns();
  for (let turn = 0; turn < turnsTaken; turn++) {
    addUp(sums);
    await nextTurn();
  }
  return turns.stop();
}

/** How many sums take so many milliseconds. */
function sumsFor(ms: number): number {
  const tried = 1_000_000;
  addUp(tried);
  const startedAt = performance.now();
  addUp(tried);
  return Math.round((tried * ms) / (performance.now() - startedAt));
}

/** Over as much memory as a scan of 10,000 vectors reads. */
const numbers = new Int32Array(640_000).map((_, index) => index);

function addUp(sums: number): number {
  let sum = 0;
  for (let at = 0; at < sums; at++) sum = (sum + (numbers[at % numbers.length] as number)) | 0;
  return sum;
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
function textAt(index: number): string {
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
