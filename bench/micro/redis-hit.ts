import type { Keyed, Lookup } from "../../src/core/layer.ts";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered } from "../load/chat-payload.ts";
import { hasRedis, startRedisServer } from "../servers/redis-server.ts";
import { compareSides, type Sides, timed } from "../sides.ts";
import { withFolder } from "../temporary.ts";

/** A read of one of 2,000 values of 2 KB in a Redis on loopback: one after the other, and 64 at a time. */

const entries = 2_000;
const together = 64;
const urlVariable = "REPRISE_BENCH_REDIS";
const tenant = "tenant";
const keyOf = (index: number): string => `${numbered(index)}-key-as-long-as-a-real-one-0`;
const answerFor = (index: number): Buffer => Buffer.from(answerBody(numbered(index)), "utf8");
/** Far from the one before; 7,919 is a prime. */
const indexAt = (index: number): number => (index * 7_919) % entries;

/** Of the server that the runner starts. */
function urlOfRun(): string {
  const url = process.env[urlVariable];
  if (url === undefined) throw new Error(`${urlVariable} is not set`);
  return url;
}

async function filledStore(keyPrefix: string) {
  const { redis } = await import("../../src/stores/redis.ts");
  const store = redis({ url: urlOfRun(), keyPrefix });
  for (let index = 0; index < entries; index++) {
    await store.set(tenant, keyOf(index), answerFor(index), { deleteAt: Date.now() + 3_600_000 });
  }
  return async (index: number): Promise<void> => {
    const [value] = await store.get(tenant, [keyOf(indexAt(index))]);
    if (value === undefined) throw new Error("a key is missing");
  };
}

async function filledClient(keyPrefix: string) {
  const { Redis } = await import("ioredis");
  const client = new Redis(urlOfRun());
  for (let index = 0; index < entries; index++) await client.set(keyPrefix + keyOf(index), answerFor(index));
  return async (index: number): Promise<void> => {
    if ((await client.getBuffer(keyPrefix + keyOf(indexAt(index)))) === null) throw new Error("a key is missing");
  };
}

/** `operation` for as many indexes at the same time as `together` says; counted as one. */
function crowd(operation: (index: number) => Promise<void>) {
  return (index: number): Promise<unknown> =>
    Promise.all(Array.from({ length: together }, (_, place) => operation(index * together + place)));
}

/** The exact layer over the store as the cache joins them: memory, guard, Redis. */
async function exactHits(keyPrefix: string) {
  const { assembleCore } = await import("../../src/core-assembly.ts");
  const { defaultDirectives: directives } = await import("../../src/core/directives.ts");
  const { readSettings } = await import("../../src/options.ts");
  const { redis } = await import("../../src/stores/redis.ts");
  // Room for the generations of tenant and namespace, and for no entry. On a busy machine a look-up may take long.
  const reading = readSettings({ store: { memoryBytes: 16 * 1024, readDeadline: "10s", writeDeadline: "10s" } });
  if (!reading.ok) throw new Error("the settings are not valid");
  const store = redis({ url: urlOfRun(), keyPrefix });
  const { exact: layer, policy } = (await assembleCore({ settings: reading.settings, store })).wrapParts;
  const calls = Array.from(
    { length: entries },
    (_, index): Keyed => ({
      key: keyOf(index),
      principal: { tenant, user: undefined },
      directives,
      policy,
      variants: 1,
    }),
  );
  for (const [index, call] of calls.entries()) {
    const ticket = await layer.prepare(call);
    const recording = { form: "json", body: answerFor(index), model: undefined, usage: undefined } as const;
    await layer.record(call, call.key, ticket, recording, "bench");
  }
  return async (index: number): Promise<void> => assertHit(await layer.lookup(calls[indexAt(index)] as Keyed));
}

function assertHit({ kind }: Lookup): void {
  if (kind !== "hit") throw new Error(`a ${kind}`);
}

export const sides: Sides = {
  store: async () => timed(await filledStore("serial:"), { batch: 200 }),
  bare: async () => timed(await filledClient("bare-serial:"), { batch: 200 }),
  exact: async () => timed(await exactHits("exact:"), { batch: 200 }),
  storeTogether: async () => timed(crowd(await filledStore("together:")), { batch: 10 }),
  bareTogether: async () => timed(crowd(await filledClient("bare-together:")), { batch: 10 }),
  exactTogether: async () => timed(crowd(await exactHits("exact-together:")), { batch: 10 }),
};

export const redisHit: Benchmark = {
  name: "redis-hit",
  describe: "a hit in Redis, against a bare GET of ioredis",
  run: ({ quick }) =>
    withFolder(async (folder) => {
      if (!hasRedis) return { skipped: "redis-server is not installed (Debian package redis-server)" };
      const server = await startRedisServer(folder);
      process.env[urlVariable] = server.url;
      try {
        const samples = await compareSides(import.meta.filename, Object.keys(sides), {
          rounds: quick ? 1 : 9,
          sampleMs: quick ? 100 : 400,
        });
        const of = (side: string): readonly number[] => samples[side] ?? [];
        const bound = { must: 1.5, aim: 1.1, better: "lower", unit: "x" } as const;
        const row = (what: string, ours: string, bare: string) =>
          budgetRow(what, "a bare ioredis GET", quotients(of(ours), of(bare)), bound);
        const us = (side: string, share = 1) => of(side).map((value) => value / 1_000 / share);
        return {
          budget: [
            row("redis store, get", "store", "bare"),
            row("exact layer, hit in Redis", "exact", "bare"),
            row(`redis store, get, ${together} at a time`, "storeTogether", "bareTogether"),
          ],
          figures: [
            figure("redis store, get", "us", us("store")),
            figure("exact layer, hit in Redis", "us", us("exact")),
            figure("a bare ioredis GET", "us", us("bare")),
            figure(`redis store, get, one of ${together}`, "us", us("storeTogether", together)),
            figure(`exact layer, hit in Redis, one of ${together}`, "us", us("exactTogether", together)),
            figure(`a bare ioredis GET, one of ${together}`, "us", us("bareTogether", together)),
          ],
          notes: [
            "2,000 values of 2 KB, the server on the other core, one connection; the bare GET reads bytes as well.",
            "64 at a time the round trips overlap and what remains is processor time: for the exact layer that of tiers, guard and the entry itself.",
            "Exact layer: 16 KiB of memory, which no entry fits into but the generations of tenant and namespace do.",
          ],
        };
      } finally {
        await server.child.stop(1_000);
      }
    }),
};
