import { expect, onTestFinished, test } from "vitest";
import { ask, question, statusOf } from "../e2e/chat-call.ts";
import { type GatewayProcess, spawnGateway } from "../e2e/gateway-process.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { callsByResult, scrape, total } from "../e2e/metrics-page.ts";
import { runOrigin } from "../e2e/running-gateway.ts";
import { asked, type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { openLoop } from "./open-loop.ts";

/** A gateway as it is started by default, with its own deadlines and in real time, while its Redis fails under load. */

interface Outage {
  readonly begin: (server: RedisServer) => Promise<unknown>;
  readonly end: (server: RedisServer) => Promise<unknown>;
}

const outages: Readonly<Record<string, Outage>> = {
  "killed, and started again": {
    begin: (server) => server.process.kill(),
    async end({ port }) {
      const next = await startRedis({ port });
      onTestFinished(() => next.stop());
    },
  },
  "stopped, and goes on": {
    begin: async (server) => server.process.child.kill("SIGSTOP"),
    end: async (server) => server.process.child.kill("SIGCONT"),
  },
};

const closed = 0;
const open = 2;
const enough = 150;
const limit = 240_000;

async function breakerOf(gateway: GatewayProcess): Promise<number> {
  return total(await scrape(gateway), "reprise_breaker_state", { backend: "redis" });
}

async function readinessOf(gateway: GatewayProcess): Promise<string> {
  return JSON.parse((await exchange(`${gateway.url}/readyz`)).text).status;
}

describeWithServices("redis-server", "a gateway under load whose Redis is (R2, R3, I4, I7, I8)", () => {
  test.each(Object.entries(outages))(
    "%s: every call is answered, the breaker opens and closes, and what is counted adds up",
    async (_, { begin, end }) => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const origin = await runOrigin();
      const gateway = await spawnGateway(["--store", server.url, "--upstream", origin.url]);
      expect(await breakerOf(gateway)).toBe(closed);
      const load = openLoop(gateway);
      await load.more(enough);
      await begin(server);
      await asked(async () => (await breakerOf(gateway)) === open);
      // What was under way when it opened comes to its deadline meanwhile.
      await load.more(enough);
      const tried = await faultsOf(gateway);
      const withoutStore = load.begun;
      await load.more(enough);
      expect(await readinessOf(gateway)).toBe("degraded");
      // Now and then one call tries; the others pass by.
      expect((await faultsOf(gateway)) - tried).toBeLessThan((load.begun - withoutStore) / 3);
      await end(server);
      await asked(async () => (await breakerOf(gateway)) === closed);
      expect(await readinessOf(gateway)).toBe("ready");
      await load.more(enough);
      await load.stop();

      expect(load.failures).toEqual([]);
      const results = await callsByResult(gateway);
      expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBe(load.begun);
      expect(results["error"] ?? 0).toBe(0);
      expect(total(await scrape(gateway), "reprise_inflight")).toBe(0);
      const other = await spawnGateway(["--store", server.url, "--upstream", origin.url]);
      await asked(() => isShared(gateway, other));
    },
    limit,
  );
});

/** Attempts on the store that failed. */
async function faultsOf(gateway: GatewayProcess): Promise<number> {
  return total(await scrape(gateway), "reprise_backend_errors_total", { backend: "redis" });
}

let questions = 0;

async function isShared(one: GatewayProcess, other: GatewayProcess): Promise<boolean> {
  questions += 1;
  const shared = question(`question after the outage ${questions}`);
  await ask(one, shared);
  return statusOf(await ask(other, shared)) === "HIT";
}
