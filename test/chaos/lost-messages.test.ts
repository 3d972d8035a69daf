import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { type RedisStore, redis } from "../../src/stores/redis.ts";
import { invalidate } from "../e2e/admin-call.ts";
import { ask, contentOf, question } from "../e2e/chat-call.ts";
import { spawnGateway } from "../e2e/gateway-process.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { scrape, total } from "../e2e/metrics-page.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { asked, type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { startFleet } from "../topology/fleet-harness.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { valuesOf } from "./store-view.ts";

/** What is taken back while a node cannot hear of it: how long it serves what it has, and what it does when it hears again. */

const tagged = { headers: { "x-ai-cache-tags": "doc:42" } };
/** How long a copy in memory counts before the store is asked about it. */
const recheckMs = 1_000;
const limit = 240_000;

async function serverBehindProxy(): Promise<{ readonly server: RedisServer; readonly proxy: FaultProxy }> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const proxy = await startFaultProxy({ target: server });
  onTestFinished(() => proxy.close());
  return { server, proxy };
}

/** A store whose messages come over a link of their own. */
function hearingBy(link: RedisStore, store: RedisStore): SharedStore {
  onTestFinished(() => link.close());
  return valuesOf(store, { ...(link.bus && { bus: link.bus }), ...(store.leases && { leases: store.leases }) });
}

interface Split {
  readonly begin: (server: RedisServer, proxy: FaultProxy) => Promise<unknown>;
  readonly end: (proxy: FaultProxy) => Promise<unknown>;
}

const cuts: Readonly<Record<string, (server: RedisServer, proxy: FaultProxy) => Promise<unknown>>> = {
  "ended by the server, and cannot be made again": async (server, proxy) => {
    await proxy.down();
    await server.admin.call("CLIENT", "KILL", "TYPE", "pubsub");
  },
  "open, and nothing comes over it": async (_, proxy) => proxy.inject({ hang: true }),
};

describeWithServices("redis-server", "an invalidation that one node does not hear of (R12, I3)", () => {
  describe("because its subscriber link is", () => {
    test.each(Object.entries(cuts))(
      "%s: what it serves is at most a second old, and is looked at anew when the link is back",
      async (_, cut) => {
        const { server, proxy } = await serverBehindProxy();
        const { url } = server;
        const clock = new ManualClock(Date.now());
        const stores = [redis({ url }), hearingBy(redis({ url: `redis://127.0.0.1:${proxy.port}` }), redis({ url }))];
        const { origin, nodes } = await startFleet({ stores, clock });
        const [one, deaf] = nodes;
        const listeners = async () =>
          Number(((await server.admin.call("PUBSUB", "NUMSUB", "reprise:{bus}")) as string[])[1]);
        await asked(async () => (await listeners()) === nodes.length);
        const takenBack = async (generation: number): Promise<void> => {
          for (const node of nodes) expect((await node.read({}, tagged)).text).toContain(`generation-${generation}`);
          origin.generation = generation + 1;
          await one.cache.invalidate({ tags: ["doc:42"] });
          expect((await one.read({}, tagged)).text).toContain(`generation-${generation + 1}`);
        };
        origin.generation = 1;
        await one.read({}, tagged);

        await cut(server, proxy);
        await takenBack(1);
        // Copies are looked at again in turn, none before this.
        clock.advance(0.75 * recheckMs - 1);
        expect((await deaf.read({}, tagged)).text).toContain("generation-1");
        clock.advance(0.25 * recheckMs + 1);
        expect((await deaf.read({}, tagged)).text).toContain("generation-2");

        await takenBack(2);
        expect((await deaf.read({}, tagged)).text).toContain("generation-2");
        proxy.heal();
        proxy.reset();
        await proxy.up();
        await asked(async () => deaf.eventsOf("bus-fault").length > 0);
        // No time has passed: what it had is not believed any more.
        expect((await deaf.read({}, tagged)).text).toContain("generation-3");
        await asked(async () => (await listeners()) === nodes.length);
      },
    );
  });

  const splits: Readonly<Record<string, Split>> = {
    "the server ends all subscriptions": {
      begin: (server) => server.admin.call("CLIENT", "KILL", "TYPE", "pubsub"),
      end: async () => {},
    },
    "the network ends between it and the server": { begin: (_, proxy) => proxy.down(), end: (proxy) => proxy.up() },
    "the network swallows everything until its connections end": {
      begin: async (_, proxy) => proxy.inject({ hang: true }),
      async end(proxy) {
        proxy.heal();
        proxy.reset();
      },
    },
  };

  test.each(Object.entries(splits))(
    "because %s: a gateway goes on, follows when it can ask again, and never goes back",
    async (_, { begin, end }) => {
      const { server, proxy } = await serverBehindProxy();
      const origin = await runOrigin();
      const start = async (port: number) => {
        const folder = temporaryFolder();
        const store = `redis://127.0.0.1:${port}`;
        const gateway = await spawnGateway(["--store", store, "--upstream", origin.url, "--data", folder]);
        return { ...gateway, folder };
      };
      const [one, cut] = [await start(server.port), await start(proxy.port)];
      const read = async (gateway: { readonly url: string }): Promise<string> => {
        const answer = await ask(gateway, question(), tagged.headers);
        expect(answer.status).toBe(200);
        return /generation-\d/.exec(contentOf(answer))?.[0] ?? "";
      };
      origin.generation = 1;
      for (const gateway of [one, cut]) expect(await read(gateway)).toBe("generation-1");
      origin.generation = 2;
      await begin(server, proxy);
      expect((await invalidate(one, { tags: ["doc:42"] })).status).toBe(200);
      for (let times = 0; times < 20; times++) {
        expect(await read(one)).toBe("generation-2");
        await read(cut);
      }
      await end(proxy);
      await asked(async () => (await read(cut)) === "generation-2");
      await asked(async () => JSON.parse((await exchange(`${cut.url}/readyz`)).text).status === "ready");
      await asked(async () => total(await scrape(cut), "reprise_bus_faults_total", { op: "interrupted" }) > 0);
      for (let times = 0; times < 20; times++) {
        for (const gateway of [one, cut]) expect(await read(gateway)).toBe("generation-2");
      }
    },
    limit,
  );
});
