import { writeFileSync } from "node:fs";
import type { Agent } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { callAdmin, invalidate } from "./admin-call.ts";
import { chatPath, contentOf, eventsOf, isDone, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { begin, type Exchanged, exchange, keepingAgent } from "./http-exchange.ts";
import { callsByResult, scrape, total } from "./metrics-page.ts";
import { linesOf } from "./one-line-errors.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";
import { logOf, openDoor, openDoors, patient, runWorkers, stop, until, type Workers } from "./running-workers.ts";

const limit = 240_000;

/** Whether so many answers are in the file, where each of the workers finds them. */
async function areThere(gateway: Workers, count: number): Promise<boolean> {
  const { text } = await callAdmin(gateway, "/entries?layer=exact&limit=50");
  return JSON.parse(text).entries.length === count;
}

describe("several workers are one gateway", () => {
  test.each([false, true])(
    "invariant 5: 1,000 identical calls at once are one origin call (stream %s)",
    async (stream) => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin);
      const gate = new Gate();
      origin.plan({ holds: [{ at: stream ? 5 : "headers", gate }] });
      const body = question(undefined, { stream });
      const calls = Array.from({ length: 1_000 }, () => begin(gateway.url + chatPath, { body }));
      await gate.reached();
      await eventually("all others joined", async () => {
        return total(await scrape(gateway), "reprise_coalesced_total") >= 998;
      });
      gate.release();
      const answers = await Promise.all(calls.map(({ done }) => done));
      const [first] = answers as [Exchanged, ...Exchanged[]];
      expect(answers.every(({ status, whole, text }) => status === 200 && whole && text === first.text)).toBe(true);
      expect(origin.callCount).toBe(1);
      expect(new Set(logOf(gateway).map(({ worker }) => worker))).toEqual(new Set([1, 2]));
      expect(await callsByResult(gateway)).toEqual({ miss: 1, coalesced: 999 });
      const [one, other] = await openDoors(gateway);
      for (const door of [one, other]) expect(statusOf(await door.ask(body))).toBe("HIT");
      await stop(gateway);
    },
    limit,
  );

  test(
    "invariant 3: what one acknowledges to have purged, the other does not serve any more",
    async () => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin);
      const [one, other] = await openDoors(gateway);
      const tagged = { "x-ai-cache-tags": "doc:1" };
      for (let round = 0; round < 20; round++) {
        const [asked, purging] = round % 2 === 0 ? [one, other] : [other, one];
        origin.plan({ salt: `round ${round}` });
        const old = await asked.ask(question(), tagged);
        expect(statusOf(old)).toBe("MISS");
        await eventually("both have it", async () => {
          return statusOf(await purging.ask(question(), tagged)) === "HIT";
        });
        origin.plan({ salt: `after ${round}` });
        const body = round % 3 === 0 ? { all: true } : { tags: ["doc:1"] };
        const done = await callAdmin(gateway, "/invalidate", { body, agent: purging.agent });
        expect(done.status).toBe(200);
        const after = await asked.ask(question(), tagged);
        expect([statusOf(after), contentOf(after) === contentOf(old)]).toEqual(["MISS", false]);
        expect((await callAdmin(gateway, "/invalidate", { body: { all: true }, agent: asked.agent })).status).toBe(200);
      }
      await stop(gateway);
    },
    limit,
  );

  test(
    "invariant 6: /metrics and /readyz speak for all, whoever is asked; the admin token is one",
    async () => {
      const origin = await runOrigin();
      const prices = { "scripted-large": { input: 1.5, output: 7.25 } };
      const gateway = await runWorkers(origin, { prices, telemetry: { logLevel: "silent" } });
      const agents = [keepingAgent(), keepingAgent()];
      onTestFinished(() => agents.forEach((agent) => void agent.destroy()));
      const ask = (index: number, name: string) =>
        exchange(gateway.url + chatPath, { body: question(name), agent: agents[index % 2] as Agent });
      for (let index = 0; index < 10; index++) await ask(index, `call ${index}`);
      await eventually("both see all", () => areThere(gateway, 10));
      for (let index = 0; index < 30; index++) expect(statusOf(await ask(index + 1, `call ${index % 10}`))).toBe("HIT");
      for (const agent of agents) {
        const { text } = await exchange(`${gateway.url}/readyz`, { agent });
        expect(JSON.parse(text)).toEqual({ status: "ready" });
        expect((await callAdmin(gateway, "/config", { agent })).status).toBe(200);
        expect(await callsByResult(gateway)).toEqual({ miss: 10, hit: 30 });
      }
      const samples = await scrape(gateway);
      expect(total(samples, "reprise_tokens_saved_total", { kind: "output" })).toBeGreaterThan(0);
      const spent = total(samples, "reprise_cost_spent_usd_total");
      expect(total(samples, "reprise_cost_saved_usd_total", { basis: "list" }) / spent).toBeCloseTo(3, 9);
      expect(total(samples, "reprise_entries", { backend: "sqlite" })).toBeGreaterThanOrEqual(10);
      const capacity = total(samples, "reprise_capacity_bytes", { backend: "memory" });
      expect(capacity).toBeLessThanOrEqual(256 * 1024 * 1024);
      expect(total(samples, "reprise_build_info")).toBe(1);
      await stop(gateway);
    },
    limit,
  );
});

describe("a worker that is killed", () => {
  test(
    "the other serves meanwhile, takes over what it computed for both, and it is replaced; no count goes back",
    async () => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin);
      const [one, other] = await openDoors(gateway);
      for (let index = 0; index < 10; index++) await one.ask(question(`before ${index}`));
      await eventually("both see all", () => areThere(gateway, 10));
      const counted = total(await scrape(gateway), "reprise_requests_total", { layer: "overall" });
      const gate = new Gate();
      origin.plan((call) => (JSON.stringify(call.json).includes("shared") ? { holds: [{ at: "headers", gate }] } : {}));
      const lost = one.begin(question("shared"));
      await gate.reached();
      const before = origin.callCount;
      const saved = other.begin(question("shared"));
      await eventually("the other follows", async () => {
        return total(await scrape(gateway), "reprise_inflight") === 2;
      });
      expect(origin.callCount).toBe(before);
      process.kill(one.pid, "SIGKILL");
      await expect(lost.head).rejects.toThrow();
      await until(gateway, () => gateway.stdout().includes("a worker ended"));
      for (let index = 0; index < 10; index++)
        expect(statusOf(await other.ask(question(`before ${index}`)))).toBe("HIT");
      await eventually("the other has taken over", async () => {
        await scrape(gateway);
        return origin.callCount === before + 1;
      });
      gate.release();
      const answer = await saved.done;
      expect([answer.status, answer.whole]).toEqual([200, true]);
      await until(gateway, () => gateway.stdout().includes("the worker serves"));
      const next = await openDoor(gateway);
      const doors = next.worker === one.worker ? [next] : [next, await openDoor(gateway)];
      const successor = doors.find(({ worker }) => worker === one.worker);
      expect(successor?.pid).not.toBe(one.pid);
      for (let index = 0; index < 10; index++)
        expect(statusOf((await successor?.ask(question(`before ${index}`))) as Exchanged)).toBe("HIT");
      expect(total(await scrape(gateway), "reprise_requests_total", { layer: "overall" })).toBeGreaterThan(counted);
      expect(JSON.parse((await exchange(`${gateway.url}/readyz`)).text)).toEqual({ status: "ready" });
      await stop(gateway);
    },
    limit,
  );

  test(
    "both, one after the other and both at once: the port stays the same and the answers, too",
    async () => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin);
      const [one, other] = await openDoors(gateway);
      const { text } = await one.ask();
      // Only what is in the file outlives the one that wrote it.
      await eventually("the other reads it", async () => statusOf(await other.ask()) === "HIT");
      for (const { pid } of [one, other]) process.kill(pid, "SIGKILL");
      await until(gateway, () => gateway.stdout().split("the worker serves").length === 3);
      for (const door of await openDoors(gateway)) {
        const again = await door.ask();
        expect([statusOf(again), again.text]).toEqual(["HIT", text]);
      }
      await stop(gateway);
    },
    limit,
  );

  test(
    "T4: without the primary process they finish what they do, and end",
    async () => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin);
      const doors = await openDoors(gateway);
      const gate = new Gate();
      origin.plan({ holds: [{ at: 5, gate }] });
      const calls = doors.map((door, index) => door.begin(question(`stream ${index}`, { stream: true })));
      for (const call of calls) await call.until((text) => eventsOf(text).length >= 5);
      gateway.child.kill("SIGKILL");
      await eventually("new connections are refused", () =>
        exchange(`${gateway.url}/healthz`).then(
          () => false,
          () => true,
        ),
      );
      gate.release();
      for (const { done } of calls) expect(isDone((await done).text)).toBe(true);
      // The output closes when the last process that writes to it has ended.
      await gateway.exit;
    },
    limit,
  );
});

describe("signals reach all workers through the primary process", () => {
  test(
    "T3: SIGTERM under streams with both: all end whole, exit 0, all stored",
    async () => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin, { server: { drainTimeout: "10m" } });
      const gate = new Gate();
      origin.plan({ holds: [{ at: 5, gate }] });
      const names = Array.from({ length: 20 }, (_, index) => `stream ${index}`);
      const calls = names.map((name) => begin(gateway.url + chatPath, { body: question(name, { stream: true }) }));
      for (const call of calls) await call.until((text) => eventsOf(text).length >= 5);
      gateway.child.kill("SIGTERM");
      await until(gateway, () => gateway.stderr().includes("letting running requests finish"));
      gate.release();
      for (const { done } of calls) {
        const { whole, text } = await done;
        expect([whole, isDone(text)]).toEqual([true, true]);
      }
      expect(await gateway.exit).toEqual({ code: 0, signal: null });
      expect(gateway.stderr().match(/letting running requests finish/g)).toHaveLength(1);
      const next = await spawnGateway(gateway.args);
      for (const name of names)
        expect(statusOf(await exchange(next.url + chatPath, { body: question(name) }))).toBe("HIT");
      expect(origin.callCount).toBe(20);
      await stop(next);
    },
    limit,
  );

  test(
    "SIGHUP is for all or for none",
    async () => {
      const [first, second] = [await runOrigin(), await runOrigin()];
      const gateway = await runWorkers(first);
      const doors = await openDoors(gateway);
      const write = (url: string) =>
        writeFileSync(gateway.file, JSON.stringify({ upstreams: { main: { url } }, telemetry: { logLevel: "debug" } }));
      for (const [url, told] of [
        [second.url, "configuration reloaded"],
        ["nowhere", "not reloaded: "],
      ] as const) {
        write(url);
        gateway.child.kill("SIGHUP");
        await until(gateway, () => gateway.stderr().includes(told));
        const before = [first.callCount, second.callCount];
        for (const door of doors) expect((await door.ask(question(), { "x-ai-cache": "off" })).status).toBe(200);
        expect([first.callCount, second.callCount]).toEqual([before[0], (before[1] as number) + 2]);
      }
      expect(gateway.stderr().match(/reloaded/g)).toHaveLength(2);
      // One that comes later works by the same.
      process.kill(doors[0].pid, "SIGKILL");
      await until(gateway, () => gateway.stdout().includes("the worker serves"));
      const before = first.callCount;
      await openDoors(gateway);
      expect(first.callCount).toBe(before);
      await stop(gateway);
    },
    limit,
  );
});

describe("surface: what keeps workers from starting is one line and the exit status of one process", () => {
  test(
    "a port that is taken, a folder that is none, and a number that is none",
    async () => {
      const origin = await runOrigin();
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "file"), "");
      for (const [args, code, told] of [
        [["--port", String(origin.port)], 1, /^reprise: 127\.0\.0\.1:\d+ is taken by another program\. Choose/],
        [["--port", "0", "--data", "file"], 1, /cannot use file: it is a file, not a folder\. Choose a folder/],
        [["--port", "0", "--host", "203.0.113.1"], 1, /203\.0\.113\.1 is not an address of this machine\. Correct/],
        [["--port", "0", "--log-level", "loud"], 2, /^reprise: --log-level: telemetry\.logLevel = "loud"/],
      ] as const) {
        const run = await runCommand(["serve", "--workers", "3", ...args], { cwd });
        expect([run.code, linesOf(run.stderr)]).toEqual([code, [expect.stringMatching(told)]]);
      }
      const run = await runCommand(["serve", "--workers", "none"], { cwd });
      expect([run.code, linesOf(run.stderr)]).toEqual([
        2,
        [
          'reprise: --workers: server.workers = "none": must be an integer from 1 to 256, or auto for one for each processor. Correct the value, or remove it to use the default.',
        ],
      ]);
    },
    limit,
  );

  test(
    "when they are ready it is said once; store memory is said not to be shared; a purge reaches all of them",
    async () => {
      const origin = await runOrigin();
      const gateway = await runWorkers(origin, { store: { ...patient, url: "memory" } });
      expect(gateway.stderr().match(/listens on/g)).toHaveLength(1);
      expect(gateway.stderr()).toContain("workers: 2, and store memory is not shared: ");
      const doors = await openDoors(gateway);
      for (const door of doors)
        expect([statusOf(await door.ask()), statusOf(await door.ask())]).toEqual(["MISS", "HIT"]);
      const old = contentOf(await doors[0].ask());
      origin.plan({ salt: "new" });
      expect((await invalidate(gateway, { all: true })).status).toBe(200);
      for (const door of doors) expect(contentOf(await door.ask())).not.toBe(old);
      await stop(gateway);
    },
    limit,
  );
});
