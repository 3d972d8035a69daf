import { expect, onTestFinished, test } from "vitest";
import { systemClock, systemRandom } from "../../src/core/clock.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { PurgeOutbox } from "../../src/layers/edge/purging/purge-outbox.ts";
import { webhook } from "../../src/layers/edge/purging/webhook.ts";
import { storeFromUrl } from "../../src/stores/store-url.ts";
import { eventually } from "../e2e/eventually.ts";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** Gateways that share a store: what any of them has to have purged is told by one of them, once. */

const stores = {
  "redis-server": async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    return server.url;
  },
  memcached: async () => {
    const server = await startMemcached();
    onTestFinished(() => server.kill());
    return server.url;
  },
  postgres: async () => {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    return server.url();
  },
} as const;

async function nodeOver(url: string, told: string[][]): Promise<PurgeOutbox> {
  const directory = temporaryFolder();
  const store = (await storeFromUrl(url, { directory, maxBytes: 1e8 })) as SharedStore;
  const outbox = new PurgeOutbox({
    caches: new Map([
      ["cdn", { adapter: webhook({ url: "http://cdn.test", secret: "shared-by-both" }), repeatAfterMs: 0 }],
    ]),
    ...{ store, leases: store.leases, clock: systemClock, random: systemRandom },
    send: async ({ body }) => {
      told.push(JSON.parse(body as string).tags);
      return { status: 204, headers: {}, body: "" };
    },
    onEvent: () => {},
  });
  onTestFinished(async () => {
    await outbox.close();
    await store.close();
  });
  return outbox;
}

for (const [program, start] of Object.entries(stores) as [keyof typeof stores, () => Promise<string>][])
  describeWithServices(program, `purges of two gateways over ${program}`, () => {
    test("are told once each, by whichever of them sends", async () => {
      const url = await start();
      const told: string[][] = [];
      const nodes = [await nodeOver(url, told), await nodeOver(url, told)];
      const tags = Array.from({ length: 40 }, (_, at) => `tag-${at}`);
      for (const half of [tags.slice(0, 20), tags.slice(20)])
        await Promise.all(half.map((tag, at) => nodes[at % 2]?.purge({ tags: [tag] })));
      await eventually("all is told", async () => {
        const [status] = (await nodes[0]?.status()) ?? [];
        return status?.state === "idle";
      });
      expect(told.flat().sort()).toEqual([...tags].sort());
      const [[one], [two]] = (await Promise.all(nodes.map((node) => node.status()))) as [[object], [object]];
      expect(one).toEqual(two);
    });
  });
