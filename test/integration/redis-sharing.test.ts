import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { redis } from "../../src/stores/redis.ts";
import { busContract } from "../../src/testing/bus-contract.ts";
import { leaseContract, relayContract } from "../../src/testing/lease-contract.ts";
import { asked, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { startValkey, startValkeyCluster } from "../services/valkey.ts";

/** What processes share beside values, against a server alone and a Cluster of six, of Redis and of Valkey. */

interface Running {
  readonly url: string;
  readonly admins: readonly Redis[];
  readonly stop: () => Promise<void>;
}

const alone = async (start: () => Promise<RedisServer>): Promise<Running> => {
  const server = await start();
  return { url: server.url, admins: [server.admin], stop: server.stop };
};

const together = async (start: () => Promise<RedisCluster>): Promise<Running> => {
  const cluster = await start();
  return { ...cluster, admins: cluster.nodes.map(({ admin }) => admin) };
};

const topologies: readonly (readonly [string, () => Promise<Running>])[] = [
  ["a server", () => alone(startRedis)],
  ["a Cluster", () => together(startRedisCluster)],
  ["a Valkey", () => alone(startValkey)],
  ["a Cluster of Valkeys", () => together(startValkeyCluster)],
];

describeWithServices("redis-server", "what processes share over Redis", () => {
  for (const [name, start] of topologies) {
    describe(name, () => {
      let running: Running;
      let made = 0;

      beforeAll(async () => {
        running = await start();
      });
      afterAll(() => running.stop());

      /** Apart from all others by a prefix of their own. */
      function views(count: number) {
        const keyPrefix = `case${made++}:`;
        const stores = Array.from({ length: count }, () => redis({ url: running.url, keyPrefix }));
        const dispose = async (): Promise<void> => {
          await Promise.all(stores.map((store) => store.close()));
        };
        return { stores, keyPrefix, dispose };
      }

      async function listenersOf(channel: string): Promise<number> {
        const command = running.admins.length > 1 ? "SHARDNUMSUB" : "NUMSUB";
        const counts = await Promise.all(
          running.admins.map(async (admin) => Number(((await admin.call("PUBSUB", command, channel)) as string[])[1])),
        );
        return counts.reduce((sum, count) => sum + count, 0);
      }

      async function buses() {
        const { stores, keyPrefix, dispose } = views(3);
        const all = stores.map(busOf);
        for (const bus of all) bus.subscribe({ heard: () => {}, missed: () => {} });
        await asked(async () => (await listenersOf(`${keyPrefix}{bus}`)) === 3);
        return { buses: all as [Bus, Bus, Bus], dispose };
      }

      async function leases() {
        const { stores, dispose } = views(2);
        const [one, other] = stores.map(leasesOf) as [Leases, Leases];
        const passing = (durationMs: number) =>
          new Promise<void>((resolve) => void setTimeout(resolve, durationMs + 5));
        return { one, other, passing, dispose };
      }

      describe("bus contract", () => {
        for (const { name, run } of busContract(buses)) test(name, run);
      });
      describe("lease contract", () => {
        for (const { name, run } of leaseContract(leases)) test(name, run);
      });
      describe("relay contract", () => {
        for (const { name, run } of relayContract(leases)) test(name, run);
      });
    });
  }
});

type Bus = NonNullable<SharedStore["bus"]>;
type Leases = NonNullable<SharedStore["leases"]>;

function busOf({ bus }: SharedStore): Bus {
  if (bus === undefined) throw new Error("there is no bus");
  return bus;
}

function leasesOf({ leases }: SharedStore): Leases {
  if (leases === undefined) throw new Error("there are no leases");
  return leases;
}
