import { expect, onTestFinished, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { memory } from "../../src/stores/memory.ts";
import { seededRandom } from "../topology/cache-harness.ts";
import { chatResponse, questionIn } from "./chat-origin.ts";
import { valuesOf } from "./store-view.ts";

/** Thousands of entries that were written at the same time, with the same time to live: when they end, and what comes then. */

const count = 10_000;
const callers = 10;
const ttlMs = 100_000;
const jitter = 0.2;
const bins = 20;

/** Puts down which entry is written until when. */
function noting(ends: Map<string, number>, store: SharedStore): SharedStore {
  return {
    ...valuesOf(store),
    set(tenant, key, value, options) {
      if (Number.isFinite(options.deleteAt)) ends.set(key, options.deleteAt);
      return store.set(tenant, key, value, options);
    },
  };
}

test(`T8 I6 ${count} entries of one time to live end evenly over the jitter, and each is computed once for ${callers} callers`, async () => {
  const clock = new ManualClock();
  const ends = new Map<string, number>();
  const asked = new Map<string, number>();
  const cache = await createCache({
    store: noting(ends, memory({ clock })),
    clock,
    random: seededRandom(),
    semantic: { mode: "off" },
    policy: { ttl: `${ttlMs}ms`, ttlJitter: jitter, staleWhileRevalidate: 0, staleIfError: 0 },
    async fetch(_, init) {
      const { model, text } = questionIn(init);
      asked.set(text, (asked.get(text) ?? 0) + 1);
      return chatResponse(model, `answer to ${text}`);
    },
  });
  onTestFinished(() => cache.close());
  const read = async (number: number): Promise<void> => {
    const response = await cache.fetch("http://origin.test/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: `question ${number}` }] }),
    });
    const text = await response.text();
    if (!text.includes(`"answer to question ${number} #`)) throw new Error(`${number}: ${text}`);
  };

  const writtenAt = clock.now();
  for (let number = 0; number < count; number++) await read(number);
  expect(ends.size).toBe(count);
  const histogram = new Array<number>(bins).fill(0);
  for (const deleteAt of ends.values()) {
    const livesMs = deleteAt - writtenAt;
    expect(livesMs).toBeGreaterThan(ttlMs * (1 - jitter));
    expect(livesMs).toBeLessThanOrEqual(ttlMs);
    const place = (ttlMs - livesMs) / (ttlMs * jitter);
    histogram[Math.floor(place * bins)] = (histogram[Math.floor(place * bins)] as number) + 1;
  }
  // Each bin has a twentieth of them, give or take five times the deviation that chance gives it.
  const expected = count / bins;
  const deviation = Math.sqrt(expected * (1 - 1 / bins));
  for (const found of histogram) expect(Math.abs(found - expected)).toBeLessThan(5 * deviation);

  clock.advance(ttlMs);
  expect([...asked.values()].every((times) => times === 1)).toBe(true);
  for (let from = 0; from < count; from += 500) {
    const crowd = Array.from({ length: 500 * callers }, (_, index) => read(from + (index % 500)));
    await Promise.all(crowd);
  }
  expect(asked.size).toBe(count);
  expect([...asked.values()].filter((times) => times !== 2)).toEqual([]);
});
