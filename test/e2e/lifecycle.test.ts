import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { Gate, isWhole } from "../../src/testing/index.ts";
import { ask, beginAsking, chatPath, contentOf, eventsOf, isDone, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { type GatewayProcess, spawnGateway } from "./gateway-process.ts";
import { begin, exchange, keepingAgent } from "./http-exchange.ts";
import { openConnection } from "./raw-connection.ts";
import { onDisk, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;

async function stop(gateway: GatewayProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  gateway.child.kill(signal);
  await gateway.exit;
}

function streamed(text: string): Record<string, unknown> {
  return question(text, { stream: true });
}

/** A drain that would outlast the test: whoever ends within it has not waited for it. */
function foldersConfig(folder: string, url: string): string[] {
  const file = join(folder, "gateway.json");
  writeFileSync(file, JSON.stringify({ upstreams: { main: { url } }, server: { drainTimeout: "10m" } }));
  return ["--config", file, "--data", folder];
}

describe("a gateway that stops", () => {
  test(
    "semantics: a restart keeps the entries, and the key they are found by",
    async () => {
      const origin = await runOrigin();
      const args = foldersConfig(temporaryFolder(), origin.url);
      const first = await spawnGateway(args);
      const texts = [await ask(first), await ask(first, streamed("s"))].map(({ text }) => text);
      await stop(first);
      const second = await spawnGateway(args);
      const again = [await ask(second), await ask(second, streamed("s"))];
      expect(again.map(statusOf)).toEqual(["HIT", "HIT"]);
      expect(again.map(({ text }) => text)).toEqual(texts);
      expect(statusOf(await ask(second, question("s")))).toBe("HIT");
      expect(origin.callCount).toBe(2);
    },
    limit,
  );

  test(
    "T3: SIGTERM under 20 streams: nobody new, all end whole, exit 0 without waiting out the drain, all stored",
    async () => {
      const origin = await runOrigin();
      const args = foldersConfig(temporaryFolder(), origin.url);
      const gateway = await spawnGateway(args);
      const gate = new Gate();
      origin.plan({ holds: [{ at: 5, gate }] });
      const agent = keepingAgent();
      onTestFinished(() => agent.destroy());
      const names = Array.from({ length: 20 }, (_, index) => `stream ${index}`);
      const calls = names.map((name) => begin(gateway.url + chatPath, { body: streamed(name), agent }));
      for (const call of calls) await call.until((text) => eventsOf(text).length >= 5);
      const idle = await openConnection(gateway);
      gateway.child.kill("SIGTERM");
      await eventually("it says so", () => gateway.stderr().includes("SIGTERM"));
      await eventually("new connections are refused", () =>
        openConnection(gateway)
          .then(
            ({ socket }) => void socket.destroy(),
            () => true,
          )
          .then((refused) => refused === true),
      );
      await idle.closed;
      gate.release();
      for (const { done } of calls) {
        const { whole, text } = await done;
        expect([whole, isDone(text)]).toEqual([true, true]);
      }
      expect(await gateway.exit).toEqual({ code: 0, signal: null });
      const next = await spawnGateway(args);
      for (const name of names) expect(statusOf(await ask(next, question(name)))).toBe("HIT");
      expect(origin.callCount).toBe(20);
    },
    limit,
  );

  test(
    "T3: streams that outlast the drain are cut, not ended, and the exit is still clean",
    async () => {
      const origin = await runOrigin();
      const folder = temporaryFolder();
      const file = join(folder, "gateway.json");
      writeFileSync(
        file,
        JSON.stringify({ upstreams: { main: { url: origin.url } }, server: { drainTimeout: "50ms" } }),
      );
      const gateway = await spawnGateway(["--config", file, "--data", folder]);
      origin.plan([{ holds: [{ at: 5, gate: new Gate() }] }]);
      const call = beginAsking(gateway, streamed("endless"));
      await call.until((text) => eventsOf(text).length >= 5);
      await stop(gateway);
      expect(await gateway.exit).toEqual({ code: 0, signal: null });
      const { whole, text } = await call.done;
      expect([whole, isDone(text)]).toEqual([false, false]);
      expect(await origin.calls[0]?.ended).toBe("aborted");
    },
    limit,
  );

  test(
    "T3: a second signal stops at once",
    async () => {
      const origin = await runOrigin();
      const gateway = await spawnGateway(foldersConfig(temporaryFolder(), origin.url));
      origin.plan({ holds: [{ at: 1, gate: new Gate() }] });
      const call = beginAsking(gateway, streamed("endless"));
      await call.until((text) => text !== "");
      gateway.child.kill("SIGINT");
      await eventually("it says so", () => gateway.stderr().includes("SIGINT"));
      gateway.child.kill("SIGINT");
      expect((await gateway.exit).code).toBe(1);
    },
    limit,
  );

  test(
    "T4: SIGKILL in the middle of streams: clients see them broken, nothing partial is stored",
    async () => {
      const origin = await runOrigin();
      const args = foldersConfig(temporaryFolder(), origin.url);
      const gateway = await spawnGateway(args);
      const gate = new Gate();
      origin.plan((call) => (JSON.stringify(call.json).includes("whole") ? {} : { holds: [{ at: 8, gate }] }));
      await ask(gateway, question("whole"));
      const calls = [0, 1, 2].map((index) => beginAsking(gateway, streamed(`cut ${index}`)));
      for (const call of calls) await call.until((text) => eventsOf(text).length >= 8);
      await stop(gateway, "SIGKILL");
      for (const { done } of calls) expect((await done).whole).toBe(false);
      gate.release();
      const next = await spawnGateway(args);
      for (const index of [0, 1, 2]) {
        const answer = await ask(next, question(`cut ${index}`));
        expect([statusOf(answer), isWhole(contentOf(answer))]).toEqual(["MISS", true]);
      }
    },
    limit,
  );

  test(
    "R14: killed while it writes, 12 times: it opens again and serves no damaged entry",
    async () => {
      const origin = await runOrigin();
      const folder = temporaryFolder();
      const args = foldersConfig(folder, origin.url);
      const filler = "x".repeat(20_000);
      origin.plan((call) => ({
        content: `${JSON.stringify((call.json as { messages: unknown }).messages).slice(0, 200)} ${filler}`,
      }));
      const kept = new Set<string>();
      for (let round = 0; round < 12; round++) {
        const gateway = await spawnGateway(args);
        const agent = new Agent({ keepAlive: true, maxSockets: 8 });
        onTestFinished(() => agent.destroy());
        let answered = 0;
        const names = Array.from({ length: 24 }, (_, index) => `round ${round} call ${index}`);
        const asked = names.map(async (name) => {
          const answer = await exchange(gateway.url + chatPath, { body: question(name), agent }).catch(() => undefined);
          answered++;
          // Killed at another place each round, while answers are being written.
          if (answered === 1 + round) gateway.child.kill("SIGKILL");
          return answer;
        });
        await Promise.all(asked);
        gateway.child.kill("SIGKILL");
        await gateway.exit;
        for (const name of names) kept.add(name);
      }
      const database = new DatabaseSync(join(folder, "cache.db"));
      expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      database.close();
      const last = await spawnGateway(args);
      const agent = new Agent({ keepAlive: true, maxSockets: 8 });
      onTestFinished(() => agent.destroy());
      let hits = 0;
      for (const name of kept) {
        const answer = await exchange(last.url + chatPath, { body: question(name), agent });
        expect([name, answer.status, contentOf(answer).endsWith(filler)]).toEqual([name, 200, true]);
        expect(contentOf(answer)).toContain(`${name}\\"`.slice(0, -2));
        if (statusOf(answer) === "HIT") hits++;
      }
      expect(hits).toBeGreaterThan(0);
    },
    3 * limit,
  );
});

describe("R16: two gateways on one data folder", () => {
  test(
    "both work and each finds what the other stored",
    async () => {
      const origin = await runOrigin();
      const args = foldersConfig(temporaryFolder(), origin.url);
      const [one, two] = await Promise.all([spawnGateway(args), spawnGateway(args)]);
      const names = Array.from({ length: 20 }, (_, index) => `shared ${index}`);
      await Promise.all(names.map((name, index) => ask(index % 2 === 0 ? one : two, question(name))));
      expect(origin.callCount).toBe(20);
      for (const [index, name] of names.entries()) {
        const other = index % 2 === 0 ? two : one;
        await eventually(
          `${name} is found by the other`,
          async () => statusOf(await ask(other, question(name), { "cache-control": "only-if-cached" })) === "HIT",
        );
      }
      expect(origin.callCount).toBe(20);
      await Promise.all([stop(one), stop(two)]);
      expect([await one.exit, await two.exit]).toEqual([
        { code: 0, signal: null },
        { code: 0, signal: null },
      ]);
    },
    limit,
  );
});

describe("semantics/Freshness: a stale entry when the origin fails", () => {
  const shortLived = {
    ...onDisk,
    layers: { exact: { ttl: "1ms", ttlJitter: 0, staleIfError: "1d" } },
    coalescing: { errorBackoff: "0s" },
  };

  test.each([
    ["a connection that ends", { wire: "" }],
    ["429", { status: 429 }],
    ["500", { status: 500 }],
    ["503", { status: 503 }],
  ] as const)("U1, U2: %s: the entry is served and says so; afterwards a new one is stored", async (_, plan) => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, shortLived);
    const first = await ask(gateway);
    await gateway.flush();
    origin.plan(plan);
    const callsBefore = origin.callCount;
    for (const stream of [false, true]) {
      const stale = await ask(gateway, question(undefined, { stream }));
      expect([stale.status, statusOf(stale), stale.headers["x-ai-cache-reason"]]).toEqual([200, "STALE", "sie"]);
      expect(stale.headers["cache-status"]).toMatch(/^reprise; hit; ttl=-?\d+; detail=sie$/);
      expect(contentOf(stale)).toBe(contentOf(first));
    }
    expect(origin.callCount).toBe(callsBefore + 2);
    origin.plan({});
    expect(statusOf(await ask(gateway))).toBe("MISS");
  });

  test("U3: an origin that says the request is wrong is believed", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, shortLived);
    await ask(gateway);
    await gateway.flush();
    for (const status of [400, 401, 403, 404]) {
      origin.plan({ status });
      expect((await ask(gateway)).status).toBe(status);
    }
  });

  test("U1: with the origin gone, a restarted gateway still serves what it has", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    const first = await runGateway(origin, shortLived, folder);
    const text = contentOf(await ask(first));
    await first.close();
    await origin.close();
    const second = await runGateway(origin, shortLived, folder);
    const stale = await ask(second);
    expect([statusOf(stale), contentOf(stale)]).toEqual(["STALE", text]);
    expect((await ask(second, question("never asked"))).status).toBe(502);
  });

  test("X-AI-Cache-TTL: an entry past the ttl it asked for is fetched anew", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...onDisk, layers: { exact: { staleIfError: "1d" } } });
    await ask(gateway, question(), { "x-ai-cache-ttl": "1" });
    await gateway.flush();
    const ttl = /ttl=(-?\d+)/.exec(String((await ask(gateway)).headers["cache-status"]))?.[1];
    expect(Number(ttl)).toBeLessThanOrEqual(1);
    await eventually("its time is over", async () => statusOf(await ask(gateway)) === "MISS");
    expect(origin.callCount).toBe(2);
  });

  test("staleWhileRevalidate: the stale answer at once, one refresh behind it", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, {
      ...onDisk,
      layers: { exact: { ttl: "1ms", ttlJitter: 0, staleWhileRevalidate: "1d" } },
    });
    await ask(gateway);
    await gateway.flush();
    const gate = new Gate();
    origin.plan({ salt: "new", holds: [{ at: "headers", gate }] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(gateway)));
    expect(new Set(answers.map(statusOf))).toEqual(new Set(["STALE"]));
    expect(answers[0]?.headers["x-ai-cache-reason"]).toBe("swr");
    await gate.reached();
    expect(origin.callCount).toBe(2);
    gate.release();
    const old = answers[0]?.text;
    await eventually("the new answer is served", async () => (await ask(gateway)).text !== old);
  });
});
