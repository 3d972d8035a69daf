import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered } from "../load/chat-payload.ts";
import { compareSides, type Sides, timed } from "../sides.ts";

/** `cache.wrap` with a string for a key and an object of 2 KB that is in memory; 1,000 keys in turn. */

const keys = Array.from({ length: 1_000 }, (_, index) => `question-${index}`);
const answerFor = (index: number): unknown => JSON.parse(answerBody(numbered(index)));
const keyAt = (index: number): string => keys[index % keys.length] as string;

/** On the same kind of machine with Node 20, in a run of its own; these packages are not installed here. */
const peersUs = { "cache-manager wrap": 1.5, "cacheable getOrSet": 4.5, "bentocache getOrSet": 6.4 };

export const sides: Sides = {
  async reprise() {
    const { createCache } = await import("../../src/index.ts");
    const cache = await createCache();
    for (const [index, key] of keys.entries()) await cache.wrap({ key }, () => answerFor(index));
    const mustNotRun = (): never => {
      throw new Error("a hit was computed");
    };
    return timed((index) => cache.wrap({ key: keyAt(index) }, mustNotRun));
  },
  async lruCache() {
    const { LRUCache } = await import("lru-cache");
    const cache = new LRUCache<string, object>({ max: 2_000, ttl: 3_600_000 });
    for (const [index, key] of keys.entries()) cache.set(key, answerFor(index) as object);
    return timed((index) => {
      if (cache.get(keyAt(index)) === undefined) throw new Error("a key is missing");
    });
  },
};

export const libraryHit: Benchmark = {
  name: "library-hit",
  describe: "cache.wrap in memory with the key given, against lru-cache get",
  async run({ quick }) {
    const { reprise = [], lruCache = [] } = await compareSides(import.meta.filename, Object.keys(sides), {
      rounds: quick ? 1 : 9,
      sampleMs: quick ? 100 : 400,
    });
    const us = reprise.map((ns) => ns / 1_000);
    return {
      budget: [
        budgetRow("cache.wrap hit, a call", "lru-cache get; peers below", us, {
          must: 2,
          aim: 1,
          better: "lower",
          unit: "us",
        }),
      ],
      figures: [
        figure(
          "lru-cache get, a call",
          "us",
          lruCache.map((ns) => ns / 1_000),
        ),
        figure("cache.wrap over lru-cache get", "x", quotients(reprise, lruCache)),
        ...Object.entries(peersUs).map(([name, value]) => figure(`${name}, not measured in this run`, "us", [value])),
      ],
      notes: [
        "cache.wrap is awaited and gives a frozen value, its age and its entry; lru-cache get returns a reference at once.",
        "The figures of cache-manager 7.2.9, cacheable 2.5.0 and bentocache 1.6.1 were measured earlier on the same kind of machine (Node 20) and are no part of this run.",
      ],
    };
  },
};
