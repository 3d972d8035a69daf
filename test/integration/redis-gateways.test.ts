import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { ask, beginAsking, contentOf, question, statusOf } from "../e2e/chat-call.ts";
import { type GatewayProcess, spawnGateway } from "../e2e/gateway-process.ts";
import { exchange, keepingAgent } from "../e2e/http-exchange.ts";
import { scrape, total } from "../e2e/metrics-page.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { asked, type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** Two gateways, each a process of its own, over one Redis: `reprise serve --store redis://...` and nothing else. */

interface Gateways {
  readonly origin: ScriptedOrigin;
  readonly server: RedisServer;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
}

async function twoGateways(): Promise<Gateways> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const origin = await runOrigin();
  const start = (): Promise<GatewayProcess> => {
    const file = join(temporaryFolder(), "reprise.json");
    // Nothing here is about deadlines, so a busy machine must not be taken for a store that is away.
    const store = { url: server.url, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
    writeFileSync(file, JSON.stringify({ store, upstreams: { main: { url: origin.url } } }));
    return spawnGateway(["--config", file]);
  };
  return { origin, server, gateways: [await start(), await start()] };
}

const limit = 240_000;

describeWithServices("redis-server", "two gateway processes over one Redis", () => {
  test.each([
    ["in one piece", {}, "headers"],
    ["as streams", { stream: true }, 3],
  ] as const)(
    "ask the origin once for 1,000 identical calls (%s) (N1, I5)",
    async (_, fields, at) => {
      const { origin, gateways } = await twoGateways();
      const gate = new Gate();
      origin.plan({ holds: [{ at, gate }] });
      const body = question(undefined, fields);
      const agent = keepingAgent();
      onTestFinished(() => agent.destroy());
      const headers = { "content-type": "application/json" };
      const all = Array.from({ length: 1_000 }, (_, index) =>
        exchange(`${gateways[index % 2 === 0 ? 0 : 1].url}/v1/chat/completions`, { body, headers, agent }),
      );
      await gate.reached();
      await asked(async () => {
        const pages = await Promise.all(gateways.map(scrape));
        return pages.every((page) => total(page, "reprise_coalesced_total") === 499);
      });
      gate.release();
      const answers = await Promise.all(all);
      expect(origin.callCount).toBe(1);
      expect(answers.every(({ status, whole }) => status === 200 && whole)).toBe(true);
      expect(answers.every((answer) => isWhole(contentOf(answer)))).toBe(true);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      const statuses = answers.map(statusOf);
      expect(statuses.filter((status) => status === "MISS")).toHaveLength(1);
      expect(statuses.filter((status) => status === "COALESCED")).toHaveLength(999);
    },
    limit,
  );

  test(
    "T4 the leader is killed in the middle of a stream: whoever follows is told, nothing is stored, the next one leads",
    async () => {
      const { origin, server, gateways } = await twoGateways();
      const [leader, other] = gateways;
      const gate = new Gate();
      origin.plan([{ words: 40, holds: [{ at: 20, gate }] }, {}]);
      const body = question("of the sea", { stream: true });
      const first = beginAsking(leader, body);
      await gate.reached();
      const second = beginAsking(other, body);
      await second.until((text) => text.split("\n\n").length > 15);
      leader.child.kill("SIGKILL");
      expect((await first.done).whole).toBe(false);
      const broken = await second.done;
      expect(broken.text).toContain("origin_truncated");
      expect(broken.text).not.toContain("[DONE]");
      expect(origin.callCount).toBe(1);
      expect(await storedEntries(server)).toEqual([]);
      const next = await ask(other, body);
      expect(statusOf(next)).toBe("MISS");
      expect(isWhole(contentOf(next))).toBe(true);
      expect(origin.callCount).toBe(2);
      // An answer has ended a moment before it is stored.
      await asked(async () => statusOf(await ask(other, body)) === "HIT");
      expect(await storedEntries(server)).toHaveLength(1);
      gate.release();
    },
    limit,
  );

  test(
    "T4 the leader is killed before it said anything: the lease ends, and a follower asks the origin in its place",
    async () => {
      const { origin, gateways } = await twoGateways();
      const [leader, other] = gateways;
      const gate = new Gate();
      origin.plan([{ holds: [{ at: "headers", gate }] }, {}]);
      const dying = beginAsking(leader).head.catch((error: Error) => error);
      await gate.reached();
      const followers = [ask(other), ask(other)];
      await asked(async () => total(await scrape(other), "reprise_coalesced_total") === 1);
      leader.child.kill("SIGKILL");
      expect(await dying).toBeInstanceOf(Error);
      const answers = await Promise.all(followers);
      expect(answers.map(statusOf).sort()).toEqual(["COALESCED", "MISS"]);
      expect(answers.every((answer) => isWhole(contentOf(answer)))).toBe(true);
      expect(origin.callCount).toBe(2);
      await asked(async () => statusOf(await ask(other)) === "HIT");
      gate.release();
    },
    limit,
  );
});

/** Names of answers: what is neither a generation, nor a text under which an answer is found, nor the secret of the keys, which belongs to no tenant. */
async function storedEntries({ admin }: RedisServer): Promise<readonly string[]> {
  const names = await admin.keys("reprise:*");
  return names.filter(
    (name) => /^reprise:[1-9]\d*:/.test(name) && !name.includes(":g:") && !name.includes(":semantic-"),
  );
}
