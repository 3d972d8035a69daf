import { afterAll, beforeAll } from "vitest";
import { redis } from "../../src/stores/redis.ts";
import { startRedis, startRedisCluster } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { describeFleet } from "../topology/fleet-cases.ts";
import { patientClock } from "../topology/patient-clock.ts";

/** Several nodes over a real Redis, alone and as a Cluster, in real time. */

const topologies = [
  ["a Redis", startRedis],
  ["a Redis Cluster", startRedisCluster],
] as const;

describeWithServices("redis-server", "a fleet over Redis", () => {
  for (const [name, start] of topologies) {
    let running: { readonly url: string; readonly stop: () => Promise<void> };
    let made = 0;

    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running.stop());

    describeFleet(name, (count, whenOver) => {
      const options = { url: running.url, keyPrefix: `fleet${made++}:` };
      const stores = Array.from({ length: count }, () => redis(options));
      whenOver(async () => {
        await Promise.all(stores.map((store) => store.close()));
      });
      return { stores, clock: undefined, options: { clock: patientClock } };
    });
  }
});
