import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock, systemClock, systemRandom } from "../../src/core/clock.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import type { Trace, TraceEvent } from "../../src/core/trace.ts";
import { storeFromUrl } from "../../src/stores/store-url.ts";
import { periods, startOf } from "../../src/telemetry/rollups/periods.ts";
import { Rollups } from "../../src/telemetry/rollups/rollups.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, question } from "../e2e/chat-call.ts";
import { runGateway, runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** What several processes count over one store, each over its own connection, adds up; whatever the store is. */

const call = { protocol: "p", originId: "o", model: "m" };
const cost = { usage: undefined, price: { picodollars: 7, usd: "", source: "override" } };
const aMiss = { ...call, type: "call-end", outcome: { kind: "miss" }, stream: false, durationMs: 9 } as TraceEvent;
const aHit = {
  ...{ ...call, type: "call-end", stream: false, durationMs: 1 },
  outcome: { kind: "hit", layer: "exact", entry: "t:e", ageMs: 0, ttlMs: 0 },
} as TraceEvent;
const aSaving = { ...call, type: "saving", by: "exact", cost, bytes: 5, entry: "t:e" } as TraceEvent;
const noStore = "memory";

interface Place {
  readonly url: string;
  readonly folder: string;
}

async function opened({ url, folder }: Place): Promise<SharedStore> {
  const store = await storeFromUrl(url, { directory: folder, maxBytes: 64 * 1024 * 1024 });
  if (store === undefined) throw new Error(`${noStore} is shared with nobody`);
  onTestFinished(async () => store.close());
  return store;
}

/** A process on its own connection. */
async function starting(place: Place, clock: ManualClock) {
  const store = await opened(place);
  const undone: TraceEvent[] = [];
  const trace: Trace = (event) => {
    undone.push(event);
    rollups.hear(event);
  };
  const rollups: Rollups = new Rollups({ store, clock, random: systemRandom, trace });
  const hear = (...events: readonly TraceEvent[]): void => {
    for (const event of events) rollups.hear(event);
  };
  return { rollups, hear, undone };
}

/** In the middle of an hour, so that nothing here depends on when it runs. */
function aClock(): ManualClock {
  return new ManualClock(startOf("hour", systemClock.now()) + 20 * 60_000);
}

async function addsUp(place: Place): Promise<void> {
  const clock = aClock();
  const first = await starting(place, clock);
  const second = await starting(place, clock);
  first.hear(aMiss, aSaving, aHit, aHit);
  second.hear(aHit);
  clock.advance(periods.minute.lengthMs + 10_000);
  first.hear(aMiss);
  // A restart: it is another process to the store.
  await second.rollups.close();
  const third = await starting(place, clock);
  third.hear(aHit);
  await Promise.all([first.rollups.close(), third.rollups.close()]);

  const reader = await starting(place, clock);
  const stats = await reader.rollups.stats("1h");
  expect(stats).toMatchObject({ complete: true, calls: 6, requests: { hit: 4, miss: 2 } });
  expect([...stats.nodes].sort()).toEqual([first, second, third].map(({ rollups }) => rollups.node).sort());
  expect(stats.saved.exact).toMatchObject({ hits: 4, answers: 1, usd: { list: "0.000000000007" } });
  for (const window of ["24h", "30d"]) expect((await reader.rollups.stats(window)).calls).toBe(6);
  const { points } = await reader.rollups.timeseries({ metric: "requests", window: "5m", step: "minute" });
  expect(points.slice(-2).map(([, calls]) => calls)).toEqual([4, 2]);

  // A report to a process that never served it; the second one changes nothing.
  await reader.rollups.undo("t:e");
  const other = await starting(place, clock);
  await other.rollups.undo("t:e");
  expect([reader.undone.length, other.undone.length]).toEqual([1, 0]);
  await reader.rollups.close();
  expect((await other.rollups.stats("1h")).saved.exact).toMatchObject({ hits: 4, answers: 0, wrong: 1, bytes: 0 });
}

/** More than find a place at the first look. */
async function manyStart(place: Place): Promise<void> {
  const clock = aClock();
  const store = await opened(place);
  const all = Array.from({ length: 60 }, () => {
    const rollups = new Rollups({ store, clock, random: systemRandom, trace: () => {} });
    rollups.hear(aMiss);
    return rollups;
  });
  await Promise.all(all.map((rollups) => rollups.close()));
  const { calls, nodes, complete } = await (await starting(place, clock)).rollups.stats("1h");
  expect([calls, nodes.length, complete]).toEqual([60, 60, true]);
}

const limit = 240_000;

describe("what is counted in SQLite", () => {
  test("adds up", () => addsUp({ url: "sqlite", folder: temporaryFolder() }), limit);
  test("adds up for many that start at once", () => manyStart({ url: "sqlite", folder: temporaryFolder() }), limit);
});

describeWithServices("redis-server", "what is counted in Redis", () => {
  const place = async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    return { url: server.url, folder: temporaryFolder() };
  };
  test("adds up", async () => addsUp(await place()), limit);
  test("adds up for many that start at once", async () => manyStart(await place()), limit);

  test(
    "is that of both gateways, and what one has served is taken back by the other",
    async () => {
      const { url } = await place();
      const origin = await runOrigin();
      const patient = { url, readDeadline: "10s", writeDeadline: "10s", lookupBudget: "10s" };
      const settings = { store: patient, layers: { semantic: { mode: "off" } } };
      const gateways = [await runGateway(origin, settings), await runGateway(origin, settings)] as const;
      const [served, told] = gateways;
      await ask(served);
      const entry = (await ask(served)).headers["x-ai-cache-entry"];
      await ask(told, question("another"));
      // At once: what the first one has served is not in the store yet.
      expect((await callAdmin(told, "/feedback", { body: { entry, verdict: "wrong" } })).status).toBe(200);
      for (const gateway of gateways) {
        const seen = async () => {
          const { saved, requests } = JSON.parse((await callAdmin(gateway, "/stats?window=1h")).text);
          const { hits, answers, wrong } = saved.exact;
          return { hits, answers, wrong, misses: requests.miss };
        };
        await expect.poll(seen, { timeout: 40_000 }).toEqual({ hits: 1, answers: 0, wrong: 1, misses: 2 });
      }
    },
    limit,
  );

  test(
    "is kept while the server is away, told of as not all there is, and written when it is back",
    async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const { port, url } = server;
      const clock = aClock();
      const node = await starting({ url, folder: temporaryFolder() }, clock);
      node.hear(aMiss, aHit);
      expect(await node.rollups.stats("1h")).toMatchObject({ complete: true, calls: 2 });
      await server.process.kill();
      node.hear(aHit);
      expect(await node.rollups.stats("1h")).toMatchObject({ complete: false, calls: 3 });
      const again = await startRedis({ port });
      onTestFinished(() => again.stop());
      const other = await starting({ url, folder: temporaryFolder() }, clock);
      await expect
        .poll(
          async () => {
            // A report writes what is not written yet.
            await node.rollups.stats("1h");
            return (await other.rollups.stats("1h")).calls;
          },
          { timeout: 20_000 },
        )
        .toBe(3);
    },
    limit,
  );
});

describeWithServices("postgres", "what is counted in PostgreSQL", () => {
  const place = async () => {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    return { url: await server.freshDatabase(), folder: temporaryFolder() };
  };
  test("adds up", async () => addsUp(await place()), limit);
  test("adds up for many that start at once", async () => manyStart(await place()), limit);
});

describeWithServices("memcached", "what is counted in Memcached", () => {
  const place = async () => {
    const server = await startMemcached();
    onTestFinished(() => server.kill());
    return { url: server.url, folder: temporaryFolder() };
  };
  test("adds up", async () => addsUp(await place()), limit);
  test("adds up for many that start at once", async () => manyStart(await place()), limit);
});
