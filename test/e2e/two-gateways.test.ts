import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Gate, type ScriptedOrigin } from "../../src/testing/index.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";
import { ask, beginAsking, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { type GatewayProcess, spawnGateway } from "./gateway-process.ts";
import { scrape, total } from "./metrics-page.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

/** Two gateways as processes of their own that share a store which has leases and no relay. */

const limit = 240_000;

const stores = {
  postgres: async () => {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    return server.url();
  },
  memcached: async () => {
    const server = await startMemcached();
    onTestFinished(() => server.kill());
    return server.url;
  },
} as const;

/** Both warm: connected, with a secret that both have. */
async function twoGateways(origin: ScriptedOrigin, url: string): Promise<readonly [GatewayProcess, GatewayProcess]> {
  const file = join(temporaryFolder(), "reprise.json");
  // A machine that is busy with tests shall not look like a store that is away.
  const store = { url, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
  writeFileSync(file, JSON.stringify({ upstreams: { main: { url: origin.url } }, store }));
  const start = () => spawnGateway(["--config", file]);
  const one = await start();
  const two = await start();
  const greeting = question("Hello");
  expect(statusOf(await ask(one, greeting))).toBe("MISS");
  await expect.poll(async () => statusOf(await ask(two, greeting))).toBe("HIT");
  return [one, two];
}

async function joined(gateway: GatewayProcess): Promise<number> {
  return total(await scrape(gateway), "reprise_coalesced_total");
}

for (const [name, startStore] of Object.entries(stores) as [keyof typeof stores, () => Promise<string>][]) {
  describeWithServices(name, `two gateway processes over ${name}`, () => {
    test.each([false, true])(
      "N1: 1,000 identical calls are one origin call (stream %s)",
      async (stream) => {
        const origin = await runOrigin();
        const gateways = await twoGateways(origin, await startStore());
        const before = origin.callCount;
        const gate = new Gate();
        origin.plan({ holds: [{ at: stream ? 5 : "headers", gate }] });
        const body = question(undefined, { stream });
        const calls = Array.from({ length: 1_000 }, (_, index) =>
          beginAsking(gateways[index % 2] as GatewayProcess, body),
        );
        await gate.reached();
        for (const gateway of gateways) await eventually("499 joined", async () => (await joined(gateway)) >= 499);
        gate.release();
        const answers = await Promise.all(calls.map(({ done }) => done));
        expect(answers.every(({ status, whole }) => status === 200 && whole)).toBe(true);
        expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
        expect(answers.filter((answer) => statusOf(answer) === "MISS")).toHaveLength(1);
        expect(origin.callCount - before).toBe(1);
        for (const gateway of gateways) expect(statusOf(await ask(gateway, body))).toBe("HIT");
      },
      limit,
    );

    test(
      "T4: the process that asks for both is killed: the other takes over when its lease has ended",
      async () => {
        const origin = await runOrigin();
        const [one, two] = await twoGateways(origin, await startStore());
        const before = origin.callCount;
        const gate = new Gate();
        origin.plan([{ holds: [{ at: "headers", gate }] }, {}]);
        const dying = beginAsking(one).done.catch(() => "broken off");
        await gate.reached();
        const waiting = Array.from({ length: 20 }, () => beginAsking(two));
        await eventually("19 joined", async () => (await joined(two)) >= 19);
        expect(origin.callCount - before).toBe(1);
        one.child.kill("SIGKILL");
        const answers = await Promise.all(waiting.map(({ done }) => done));
        expect(answers.every(({ status, whole }) => status === 200 && whole)).toBe(true);
        expect(origin.callCount - before).toBe(2);
        expect(statusOf(await ask(two))).toBe("HIT");
        gate.release();
        await dying;
      },
      limit,
    );
  });
}
