import { afterAll, beforeAll, describe, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { type RedisStore, redis } from "../../src/stores/redis.ts";
import { listingContract } from "../../src/testing/listing-contract.ts";
import { storeContract } from "../../src/testing/store-contract.ts";
import { startRedis, startRedisCluster, startSentinel } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { startValkey, startValkeyCluster } from "../services/valkey.ts";

/** Both contract suites against real servers: one alone, a Cluster of six, a primary under three Sentinels; and Valkey. */

const topologies = [
  ["a server", startRedis],
  ["a Cluster", startRedisCluster],
  ["Sentinel", startSentinel],
  ["a Valkey", startValkey],
  ["a Cluster of Valkeys", startValkeyCluster],
] as const;

const except = {
  bound: "the bound is the server's maxmemory, and so is its policy",
  priorities: "the server evicts by a policy that knows no priorities",
  "exact-stats": "the server counts everything it holds, with what is expired and not removed yet",
};

describeWithServices("redis-server", "the redis store", () => {
  for (const [name, start] of topologies) {
    describe(name, () => {
      let running: { readonly url: string; readonly stop: () => Promise<void> };
      let made = 0;

      beforeAll(async () => {
        running = await start();
      });
      afterAll(() => running.stop());

      /** Empty by a prefix of its own. */
      const make = async () => {
        const clock = new ManualClock(Date.now());
        const options = { url: running.url, keyPrefix: `case${made++}:`, clock, connectTimeoutMs: 10_000 };
        const opened: RedisStore[] = [];
        const open = (): RedisStore => {
          const store = redis(options);
          opened.push(store);
          return store;
        };
        const dispose = async (): Promise<void> => {
          await Promise.all(opened.map((store) => store.close()));
        };
        return { store: open(), clock, reopen: async () => open(), dispose };
      };

      describe("store contract", () => {
        for (const { name, run } of storeContract(make, { except })) test(name, run);
      });
      describe("listing contract", () => {
        for (const { name, run } of listingContract(make)) test(name, run);
      });
    });
  }
});
