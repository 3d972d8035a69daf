import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import { type Clock, ManualClock } from "../../src/core/clock.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices, type RequiredProgram } from "../services/required.ts";
import { asking, readResponse } from "../topology/cache-harness.ts";
import { valuesOf } from "./store-view.ts";

/**
 * One store, and processes that come after one another with clocks that do not agree, as after a step of
 * the wall clock, or in a year that 32 bits cannot count. The servers have clocks of their own.
 */

const hourMs = 3_600_000;
/** The first second that a signed number of 32 bits cannot hold. */
const overflowMs = 2 ** 31 * 1_000;

type Opener = (clock: Clock) => SharedStore;

interface Server {
  readonly open: Opener;
  readonly end: () => Promise<unknown>;
}

const servers: readonly (readonly [string, RequiredProgram, () => Promise<Server>])[] = [
  [
    "redis",
    "redis-server",
    async () => {
      const { url, stop } = await startRedis();
      return { open: (clock) => redis({ url, clock }), end: stop };
    },
  ],
  [
    "memcached",
    "memcached",
    async () => {
      const { url, kill } = await startMemcached();
      return { open: (clock) => memcached({ url, clock }), end: kill };
    },
  ],
  [
    "postgres",
    "postgres",
    async () => {
      const server = await startPostgres();
      return { open: (clock) => postgres({ url: server.url(), clock }), end: server.remove };
    },
  ],
];

const ttlMs = 2 * hourMs;
const policy = { ttl: `${ttlMs}ms`, ttlJitter: 0, staleWhileRevalidate: 0, staleIfError: 0 } as const;

/** A process that begins at `now`, reads once, and ends. */
async function readAt(now: number, open: Opener, origin: ScriptedOrigin) {
  const clock = new ManualClock(now);
  // Those who compute are known to each other by the server's clock, which does not jump.
  const store = valuesOf(open(clock));
  const cache = await createCache({
    store,
    clock,
    policy,
    masterKey: Buffer.alloc(32, "the same secret").toString("base64"),
  });
  try {
    const { outcome, headers } = await readResponse(await asking(cache, origin)());
    return { outcome, ageMs: 1_000 * Number(headers.get("age") ?? 0) };
  } finally {
    await cache.close();
  }
}

/** `prepare` is called once in each test. */
function cases(prepare: () => Opener): void {
  test.each([
    ["today", Date.now()],
    ["over the end of 32 bits", overflowMs - hourMs / 2],
    ["in the year 2100", Date.UTC(2100, 0)],
  ])("an hour ahead makes it an hour older, and two hours are its end (%s)", async (_, now) => {
    const [origin, open] = [await runOrigin(), prepare()];
    const read = (at: number) => readAt(at, open, origin);
    expect(await read(now)).toEqual({ outcome: "MISS", ageMs: 0 });
    expect(await read(now + hourMs)).toEqual({ outcome: "HIT", ageMs: hourMs });
    expect(await read(now + ttlMs - 1_000)).toEqual({ outcome: "HIT", ageMs: ttlMs - 1_000 });
    expect(await read(now + ttlMs)).toMatchObject({ outcome: "MISS" });
    expect(origin.callCount).toBe(2);
  });

  test("seconds back leave it as young as can be, an hour back makes none of it immortal", async () => {
    const [origin, open] = [await runOrigin(), prepare()];
    const now = Date.now();
    const read = (at: number) => readAt(at, open, origin);
    expect(await read(now)).toEqual({ outcome: "MISS", ageMs: 0 });
    expect(await read(now - 2_000)).toEqual({ outcome: "HIT", ageMs: 0 });
    // Of the future, and nobody can say how old it is.
    expect(await read(now - hourMs)).toEqual({ outcome: "MISS", ageMs: 0 });
    expect(await read(now - hourMs)).toEqual({ outcome: "HIT", ageMs: 0 });
    expect(await read(now)).toEqual({ outcome: "HIT", ageMs: hourMs });
    expect(await read(now - hourMs + ttlMs)).toMatchObject({ outcome: "MISS" });
  });
}

for (const [name, program, start] of servers) {
  describeWithServices(program, `${name} under processes whose clocks have jumped (T1)`, () => {
    let server: Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.end());
    cases(() => server.open);
  });
}

describe("sqlite under processes whose clocks have jumped (T1)", () => {
  cases(() => {
    const directory = temporaryFolder();
    return (clock) => sqlite({ directory, clock });
  });
});
