/**
 * A child of the benchmark of vectors: `node vectors-process.ts FOLDER COUNT DIMENSIONS`. It fills a file, opens it
 * again, reports what both took, and then measures look-ups as often as it is asked.
 */
import process from "node:process";
import type { VectorStore } from "../../src/core/vector-store.ts";
import { type EmbeddedVectorFile, embedded } from "../../src/vectors/embedded.ts";
import { answerQuestions } from "../child-process.ts";
import { quantile } from "../statistics.ts";

/** What is measured once. */
export interface VectorFacts {
  readonly insertsPerSecond: number;
  readonly megabytes: number;
  /** The share of the 8 nearest by brute force in 32 bits that were found. */
  readonly recall: number;
}

export interface LoadTimes {
  readonly loadMs: number;
  /** The longest turn of the event loop meanwhile. */
  readonly turnMs: number;
}

export interface LookupTimes {
  readonly p50: number;
  readonly p99: number;
  readonly turnMs: number;
  readonly bruteForceMs: number;
}

export type VectorQuestion = "facts" | "load" | { readonly lookups: number };

const [folder = "", countText, dimensionsText] = process.argv.slice(2);
const [count, dimensions] = [Number(countText), Number(dimensionsText)];
const space = { tenant: "tenant", partition: "partition", model: "model", dimensions };
const wanted = 8;

let state = 1;
/** A number between -1 and 1, about normal; the same in every run. */
function next(): number {
  let sum = 0;
  for (let part = 0; part < 3; part++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    sum += state / 2 ** 31;
  }
  return sum / 3;
}

function unit(numbers: Float32Array): Float32Array {
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
  return numbers.map((number) => number / length);
}

const random = () => unit(Float32Array.from({ length: dimensions }, next));
/** One array for all, as a hundred thousand of them would have the collector work that is measured with the rest. */
const all = new Float32Array(count * dimensions);
for (let index = 0; index < count; index++) all.set(random(), index * dimensions);
const stored = (index: number) => all.subarray(index * dimensions, (index + 1) * dimensions);
/** Questions whose cosine with one that is stored is about 0.9, as that of a question that is asked again. */
const queries = Array.from({ length: 200 }, (_, index) => {
  const other = random();
  return unit(stored((index * 7_919) % count).map((number, at) => number + 0.48 * (other[at] as number)));
});

function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < dimensions; at++) sum += (one[at] as number) * (other[at] as number);
  return sum;
}

function bruteForce(query: Float32Array): readonly string[] {
  const best: { readonly id: string; readonly similarity: number }[] = [];
  for (let index = 0; index < count; index++) {
    const similarity = cosine(query, stored(index));
    if (best.length === wanted && similarity <= (best.at(-1)?.similarity ?? -1)) continue;
    best.push({ id: idOf(index), similarity });
    best.sort((one, other) => other.similarity - one.similarity);
    if (best.length > wanted) best.pop();
  }
  return best.map(({ id }) => id);
}

const idOf = (index: number) => `${index}-an-id-as-long-as-that-of-an-entry-0123456`;
const open = () => embedded({ directory: folder });

/** The longest turn of the event loop during `work`. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  let most = 0;
  let before = performance.now();
  const turn = () => {
    const now = performance.now();
    most = Math.max(most, now - before);
    before = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  await new Promise((resolve) => setImmediate(resolve));
  return most;
}

async function fill(store: EmbeddedVectorFile): Promise<number> {
  const note = new Uint8Array(200);
  const startedAt = performance.now();
  for (let index = 0; index < count; index++) {
    const item = { id: idOf(index), vector: stored(index), note, deleteAt: Number.POSITIVE_INFINITY };
    while ((await store.put(space, item)) !== "stored") await store.flush();
  }
  await store.flush();
  return (count / (performance.now() - startedAt)) * 1_000;
}

async function recallOf(store: VectorStore): Promise<number> {
  let found = 0;
  const some = queries.slice(0, 20);
  for (const query of some) {
    const ids = new Set((await store.nearest(space, query, wanted)).map(({ id }) => id));
    found += bruteForce(query).filter((id) => ids.has(id)).length;
  }
  return found / (some.length * wanted);
}

async function timesOf(store: VectorStore, lookups: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < lookups; index++) {
    const which = index % queries.length;
    const startedAt = performance.now();
    const [best] = await store.nearest(space, queries[which] as Float32Array, wanted);
    times.push(performance.now() - startedAt);
    if (best?.id !== idOf((which * 7_919) % count)) throw new Error(`look-up ${index} found ${best?.id}`);
    // A turn of the event loop for each, as requests have one.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return times.sort((one, other) => one - other);
}

/** What a fresh store reads from the file before its first answer. */
async function load(): Promise<LoadTimes> {
  const fresh = open();
  let loadMs = 0;
  const turnMs = await longestTurnMs(async () => {
    const startedAt = performance.now();
    await fresh.nearest(space, queries[0] as Float32Array, wanted);
    loadMs = performance.now() - startedAt;
  });
  await fresh.close();
  return { loadMs, turnMs };
}

async function lookUp(lookups: number): Promise<LookupTimes> {
  const times = await timesOf(store, lookups);
  const turnMs = await longestTurnMs(() => timesOf(store, lookups));
  const startedAt = performance.now();
  for (const query of queries.slice(0, 3)) bruteForce(query);
  const bruteForceMs = (performance.now() - startedAt) / 3;
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), turnMs, bruteForceMs };
}

const filling = open();
const insertsPerSecond = await fill(filling);
await filling.close();
globalThis.gc?.();
const before = process.memoryUsage.rss();
const store = open();
await store.nearest(space, queries[0] as Float32Array, wanted);
globalThis.gc?.();
const megabytes = (process.memoryUsage.rss() - before) / 1e6;
const facts: VectorFacts = { insertsPerSecond, megabytes, recall: await recallOf(store) };
answerQuestions((question: VectorQuestion) => {
  if (question === "facts") return facts;
  return question === "load" ? load() : lookUp(question.lookups);
});
console.log("ready");
