import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Clock, systemClock, systemRandom } from "../../src/core/clock.ts";
import type { Limits } from "../../src/core/limits.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { Limiter } from "../../src/limits/limiter.ts";
import { amounts } from "../../src/limits/quantities.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import { type SqliteStore, sqlite } from "../../src/stores/sqlite.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, bearer, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { type RunningGateway, runGateway, runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices, type RequiredProgram } from "../services/required.ts";

/** Several processes' worth of limiters over one real store, each with a connection of its own. */

const noon = Date.UTC(2030, 4, 20, 12);
const account = "key:shared";
const oneRequest = amounts({ requests: 1n });

/** A minute does not end while a test runs; deadlines and rounds are real. */
function clockAt(now: number): Clock {
  return { ...systemClock, now: () => now };
}

interface Node {
  take(): Promise<boolean>;
  used(): Promise<string>;
  close(): Promise<void>;
  /** As a process that is killed. */
  abandon(): Promise<void>;
}

const ends: (() => Promise<unknown>)[] = [];

function nodeOver(store: SharedStore, limits: Limits, clock = clockAt(noon)): Node {
  const { flush } = store as Partial<SqliteStore>;
  const limiter = new Limiter({
    // A machine that is busy with tests shall not look like a store that is away.
    ...{ store, clock, random: systemRandom, syncMs: 20, deadlineMs: 10_000 },
    ...(flush && { flush: () => flush.call(store) }),
  });
  const end = async () => {
    await limiter.close();
    await store.close();
  };
  ends.push(() => end().catch(() => {}));
  return {
    async take() {
      const [bound] = limiter.accountsOf([{ account, limits }]);
      return ((await bound?.account.take(oneRequest)) ?? { ok: false }).ok;
    },
    used: async () => (await limiter.standing({ account, limits }))[0]?.used ?? "",
    close: end,
    abandon: async () => void (await store.close()),
  };
}

async function given(nodes: readonly Node[], each: number): Promise<number> {
  const taken = nodes.flatMap((node) => Array.from({ length: each }, () => node.take()));
  return (await Promise.all(taken)).filter(Boolean).length;
}

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

interface Opener {
  open(): SharedStore;
  end(): Promise<unknown>;
}

function sameStore(start: () => Promise<Opener>): void {
  let opener: Opener;
  beforeAll(async () => {
    opener = await start();
  });
  afterAll(() => opener.end());

  test("four nodes that are asked at once give no more than the limit together, and in the end all of it", async () => {
    const nodes = Array.from({ length: 4 }, () => nodeOver(opener.open(), { requestsPerMinute: 100 }));
    let sum = 0;
    for (let round = 0; round < 4; round++) {
      sum += await given(nodes, 15);
      expect(sum).toBeLessThanOrEqual(100);
    }
    await eventually("all of it is given", async () => {
      for (const node of nodes) if (await node.take()) sum++;
      return sum >= 100;
    });
    for (const node of nodes) await node.used();
    expect(await given(nodes, 5)).toBe(0);
    expect([sum, await (nodes[0] as Node).used()]).toEqual([100, "100"]);
  });

  test("what was counted stays over restarts, of those that end in order and of those that are killed", async () => {
    const at = clockAt(noon + 3 * 60_000);
    const limits = { requestsPerMinute: 20 };
    const first = nodeOver(opener.open(), limits, at);
    expect(await given([first], 6)).toBe(6);
    await first.close();
    const second = nodeOver(opener.open(), limits, at);
    expect(await second.used()).toBe("6");
    expect(await given([second], 6)).toBe(6);
    await second.abandon();
    const third = nodeOver(opener.open(), limits, at);
    // The killed one may have claimed as much again as it took.
    const more = await given([third], 20);
    expect(12 + more).toBeLessThanOrEqual(20);
    expect(more).toBeGreaterThanOrEqual(2);
  });
}

const servers: readonly (readonly [string, RequiredProgram, () => Promise<Opener>])[] = [
  [
    "redis",
    "redis-server",
    async () => {
      const { url, stop } = await startRedis();
      return { open: () => redis({ url }), end: stop };
    },
  ],
  [
    "memcached",
    "memcached",
    async () => {
      const { url, kill } = await startMemcached();
      return { open: () => memcached({ url }), end: kill };
    },
  ],
  [
    "PostgreSQL",
    "postgres",
    async () => {
      const server = await startPostgres();
      const url = await server.freshDatabase();
      return { open: () => postgres({ url, maxBytes: 16 * 1024 * 1024 }), end: () => server.remove() };
    },
  ],
];

for (const [name, program, start] of servers)
  describeWithServices(program, `limits of several nodes over ${name}`, () => sameStore(start));

describe("limits of several processes over one file of SQLite", () => {
  test("hold for both together", async () => {
    const folder = temporaryFolder();
    const stores = [0, 1].map(() => sqlite(folder));
    // A gateway has written its secret before it takes calls; the first write of all starts a thread.
    for (const store of stores)
      await store.add("", "begun", Buffer.from("yes"), { deleteAt: Number.POSITIVE_INFINITY });
    const nodes = stores.map((store) => nodeOver(store, { requestsPerMinute: 30 }));
    const sum = await given(nodes, 40);
    expect(sum).toBeLessThanOrEqual(30);
    expect(sum).toBeGreaterThan(15);
    for (const node of nodes) await node.used();
    expect(await (nodes[1] as Node).used()).toBe(await (nodes[0] as Node).used());
  });
});

describeWithServices("redis-server", "limits while Redis is away", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test("each node goes on with what was left when it went, and all is counted when it is back", async () => {
    const { port, folder } = server;
    const nodes = [0, 1].map(() => nodeOver(redis({ url: server.url }), { requestsPerMinute: 40 }));
    expect(await given(nodes, 5)).toBe(10);
    for (const node of nodes) await node.used();
    for (const node of nodes) await node.used();
    await server.process.kill();
    const alone = await given(nodes, 60);
    // Bound: what is left for each, once for each node.
    expect(alone).toBeGreaterThanOrEqual(30);
    expect(alone).toBeLessThanOrEqual(60);
    // It comes back without its memory.
    server = await startRedis({ port, folder });
    await eventually("all is known again", async () => (await (nodes[0] as Node).used()) === String(10 + alone));
    expect(await given(nodes, 5)).toBe(0);
  });

  test("a budget of a key holds for two gateways together, and is told by either", async () => {
    const usage = { prompt_tokens: 40, completion_tokens: 10, total_tokens: 50 };
    const origin = await runOrigin({ plan: () => ({ usage }) });
    const folder = temporaryFolder();
    const settings = {
      upstreams: { openai: { url: origin.url, apiKey: "sk-upstream-1" } },
      store: { url: server.url, lookupBudget: "5s", readDeadline: "5s", writeDeadline: "5s" },
      tenancy: { mode: "keys" },
      limits: { sync: "50ms" },
    };
    const gateways = [await runGateway(origin, settings, folder), await runGateway(origin, settings, folder)] as const;
    const made = await callAdmin(gateways[0], "/keys", { body: { tenant: "acme", limits: { tokensPerDay: 500 } } });
    const { key, id } = JSON.parse(made.text);
    const calls = Array.from({ length: 30 }, (_, index) =>
      ask(gateways[index % 2] as RunningGateway, question(`question ${index}`, { max_tokens: 10 }), bearer(key)),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    const taken = statuses.filter((status) => status === 200).length;
    expect([taken, statuses.filter((status) => status === 429).length]).toEqual([origin.callCount, 30 - taken]);
    // Whoever is asked tells the other what it has counted. Not asked in each turn: the admin API bounds what comes from one address.
    const used = async (gateway: RunningGateway): Promise<string> =>
      JSON.parse((await callAdmin(gateway, `/limits?key=${id}`)).text).key[0].used;
    const told = async () => [await used(gateways[0]), await used(gateways[1]), await used(gateways[0])];
    await expect.poll(told, { interval: 250, timeout: 60_000 }).toEqual(Array(3).fill(String(50 * taken)));
    // A prompt of some 90 bytes and 10 tokens were set aside for each, and 50 taken.
    expect(taken).toBeGreaterThanOrEqual(10);
    expect(taken).toBeLessThanOrEqual(20);
    const more = await Promise.all(gateways.map((gateway) => ask(gateway, question("one more"), bearer(key))));
    expect(more.map(({ status }) => status)).toEqual([429, 429]);
  });

  test("clocks that do not agree: within a minute the windows are one, beyond it each has its own", async () => {
    const at = noon + 30 * 60_000;
    const limits = { requestsPerMinute: 10 };
    const node = (aheadMs: number) => nodeOver(redis({ url: server.url }), limits, clockAt(at + aheadMs));
    const [right, ahead, lost] = [node(0), node(59_000), node(3_600_000)];
    expect(await given([right, ahead], 10)).toBeLessThanOrEqual(10);
    await right.used();
    expect(await given([lost], 20)).toBe(10);
    expect(Number(await right.used())).toBeLessThanOrEqual(10);
  });
});
