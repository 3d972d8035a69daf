import { expect, onTestFinished, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { type Reading, readResponse, seededRandom, turns } from "../topology/cache-harness.ts";
import { chatResponse, questionIn } from "./chat-origin.ts";

/** An answer is stale, fifty callers want it, and the origin that is to make a new one fails or says nothing. */

const ttlMs = 60_000;
const windowMs = 10_000;
const backOffMs = 250;
const clients = 50;

interface Origin {
  /** What comes of the next call; the first is answered. */
  reply: () => Promise<Response>;
  calls: number;
  underWay: number;
  most: number;
}

async function setUp() {
  const clock = new ManualClock();
  const origin: Origin = {
    reply: async () => chatResponse("m", "the first answer"),
    ...{ calls: 0, underWay: 0, most: 0 },
  };
  const cache = await createCache({
    clock,
    random: seededRandom(),
    policy: {
      ...{ ttl: `${ttlMs}ms`, ttlJitter: 0 },
      ...{ staleWhileRevalidate: `${windowMs}ms`, staleIfError: 0 },
    },
    coalescing: { errorBackoff: `${backOffMs}ms` },
    async fetch(_, init) {
      questionIn(init);
      origin.calls += 1;
      origin.underWay += 1;
      origin.most = Math.max(origin.most, origin.underWay);
      try {
        return await origin.reply();
      } finally {
        origin.underWay -= 1;
      }
    },
  });
  onTestFinished(() => cache.close());
  const read = async (): Promise<Reading> => {
    const response = await cache.fetch("http://origin.test/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "the question" }] }),
    });
    return readResponse(response);
  };
  const crowd = () => Promise.all(Array.from({ length: clients }, read));
  expect(await read()).toMatchObject({ outcome: "MISS" });
  clock.advance(ttlMs);
  return { clock, crowd, origin, read };
}

function areStale(readings: readonly Reading[]): boolean {
  return readings.every(
    ({ outcome, status, text }) =>
      outcome === "STALE" && status === 200 && isWhole(text) && text.includes("the first answer"),
  );
}

const failing = async (): Promise<Response> => Response.json({ error: { message: "not now" } }, { status: 500 });

test("T9 I6 a refresh that fails with 500: all get the stale answer, one call at a time asks again after the back-off, and then the failure is told", async () => {
  const { clock, crowd, origin, read } = await setUp();
  origin.reply = failing;
  const attempts = windowMs / backOffMs;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    // Whoever comes within the back-off asks nobody.
    for (const passingMs of [1, backOffMs - 1]) {
      expect(areStale(await crowd())).toBe(true);
      await turns();
      expect(origin.calls).toBe(1 + attempt);
      clock.advance(passingMs);
    }
  }
  expect(origin.most).toBe(1);
  // Past the window nothing stands in.
  const failed = await crowd();
  expect(failed.map(({ status }) => status)).toEqual(Array(clients).fill(500));
  expect(origin.calls).toBe(2 + attempts);
  clock.advance(backOffMs);
  origin.reply = async () => chatResponse("m", "the second answer");
  const recovered = await crowd();
  expect(recovered.filter(({ outcome }) => outcome === "MISS")).toHaveLength(1);
  expect(recovered.every(({ text }) => text.includes("the second answer"))).toBe(true);
  expect(await read()).toMatchObject({ outcome: "HIT" });
  expect(origin.most).toBe(1);
});

test("T9 I6 a refresh that says nothing: all get the stale answer while one call waits, and past the window they wait with it", async () => {
  const { clock, crowd, origin, read } = await setUp();
  const silent = Promise.withResolvers<Response>();
  origin.reply = () => silent.promise;
  for (let passedMs = 0; passedMs < windowMs; passedMs += 1_000) {
    expect(areStale(await crowd())).toBe(true);
    await turns();
    expect([origin.calls, origin.underWay]).toEqual([2, 1]);
    clock.advance(1_000);
  }
  let answered = 0;
  const waiting = Promise.all(
    Array.from({ length: clients }, async () => {
      const reading = await read();
      answered += 1;
      return reading;
    }),
  );
  await turns();
  expect([answered, origin.calls]).toEqual([0, 2]);
  silent.resolve(chatResponse("m", "the second answer"));
  const late = await waiting;
  expect(late.every(({ status, text }) => status === 200 && text.includes("the second answer"))).toBe(true);
  expect(origin.calls).toBe(2);
  expect(await read()).toMatchObject({ outcome: "HIT" });
});

test("T9 a refresh that says nothing and breaks off: the stale answer stays, and is refreshed after the back-off", async () => {
  const { clock, crowd, origin, read } = await setUp();
  const silent = Promise.withResolvers<Response>();
  origin.reply = () => silent.promise;
  expect(areStale(await crowd())).toBe(true);
  await turns();
  clock.advance(1_000);
  silent.reject(new TypeError("fetch failed"));
  await turns();
  origin.reply = async () => chatResponse("m", "the second answer");
  expect(areStale(await crowd())).toBe(true);
  await turns();
  expect(origin.calls).toBe(2);
  clock.advance(backOffMs);
  expect(areStale(await crowd())).toBe(true);
  await turns();
  expect(origin.calls).toBe(3);
  expect(await read()).toMatchObject({ outcome: "HIT" });
  expect(origin.most).toBe(1);
});
