import { describe, expect, test } from "vitest";
import type { StatsReport, TimeseriesReport } from "../../src/telemetry/rollups/stats-report.ts";
import { Gate } from "../../src/testing/gate.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, beginAsking, question } from "./chat-call.ts";
import { runCommand, spawnGateway, startCommand } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { inMemory, type RunningGateway, runBoth, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";
import { openDoors, runWorkers } from "./running-workers.ts";

/** What was saved, over the admin API and the command line, through restarts and a killed process. */

const limit = 240_000;
const price = { "scripted-*": { input: 1, output: 2, cacheRead: 0.1 } };
const priced = { prices: price, layers: { semantic: { mode: "off" } } };
/** The first answer: 10 tokens in and 20 out. */
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const aHit = { list: "0.00005", conservative: "0.000041" };

async function statsOf(gateway: Pick<RunningGateway, "url" | "folder">, window = "?window=1h"): Promise<StatsReport> {
  const { status, text } = await callAdmin(gateway, `/stats${window}`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text);
}

function times(usd: string, count: number): string {
  return String(Number((Number(usd) * count).toPrecision(12)));
}

describe("GET /admin/v1/stats", () => {
  test("books what was had by GET in place of a call for the edge; it is no call, and a look at its fields is nothing", async () => {
    const { gateway, origin } = await runBoth({ ...inMemory, ...priced, layers: { edge: { twins: "public" } } });
    origin.plan({ usage });
    const twin = gateway.url + String((await ask(gateway)).headers["content-location"]);
    const first = await exchange(twin);
    const etag = String(first.headers["etag"]);
    expect((await exchange(twin, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await exchange(twin, { method: "HEAD" })).status).toBe(200);
    expect((await exchange(twin, { headers: { range: "bytes=0-9" } })).status).toBe(206);
    expect((await exchange(twin.replace(/.$/, "x"))).status).toBe(400);
    const { calls, saved, latency } = await statsOf(gateway);
    expect([calls, latency.hit.count]).toEqual([1, 0]);
    expect(saved.edge).toMatchObject({
      ...{ hits: 0, answers: 2, wrong: 0, timed: 2, bytes: 2 * Buffer.byteLength(first.text) },
      tokens: { inputTokens: 20, outputTokens: 40 },
      usd: { list: times(aHit.list, 2), conservative: times(aHit.conservative, 2) },
    });
  });

  test("books calls, hits and those that joined, with tokens, money, time and bytes", async () => {
    const { gateway, origin } = await runBoth({ ...inMemory, ...priced });
    origin.plan({ usage });
    const first = await ask(gateway);
    await ask(gateway);
    await ask(gateway);
    const gate = new Gate();
    origin.plan({ usage, holds: [{ at: "headers", gate }] });
    const leader = beginAsking(gateway, question("joined"));
    await gate.reached();
    const follower = beginAsking(gateway, question("joined"));
    await expect.poll(async () => total(await scrape(gateway), "reprise_coalesced_total")).toBe(1);
    gate.release();
    const joined = [(await leader.done).headers, (await follower.done).headers];
    expect(joined.map((headers) => headers["x-ai-cache-status"]).sort()).toEqual(["COALESCED", "MISS"]);
    const stats = await statsOf(gateway);
    expect(stats).toMatchObject({ window: "1h", step: "minute", complete: true, calls: 5 });
    expect(stats.requests).toMatchObject({ hit: 2, miss: 2, coalesced: 1 });
    expect(stats.saved.exact).toMatchObject({
      ...{ hits: 2, answers: 2, wrong: 0, unpriced: 0, timed: 2 },
      tokens: { inputTokens: 20, outputTokens: 40 },
      usd: { list: times(aHit.list, 2), conservative: times(aHit.conservative, 2) },
      bytes: 2 * Buffer.byteLength(first.text),
    });
    expect(stats.saved.coalescing).toMatchObject({ hits: 1, answers: 1, timed: 0, usd: { list: aHit.list } });
    expect(stats.spent.inference).toMatchObject({ answers: 2, usd: times(aHit.list, 2) });
    expect(stats.net.usd.list).toBe(times(aHit.list, 3));
    expect([stats.latency.hit.count, stats.latency.miss.count]).toEqual([2, 2]);
    expect(stats.nodes).toHaveLength(1);

    const sinceStart = await statsOf(gateway, "");
    const { window, step, since, until, ...figures } = sinceStart;
    expect([window, step]).toEqual([null, null]);
    expect(stats).toMatchObject(figures);
    expect(since < until).toBe(true);
  });

  test.each([
    ["as it was told", (id: string) => id],
    [
      "escaped, as some clients do",
      (id: string) => id.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`),
    ],
  ])("takes a hit that was reported as wrong off again, once, by its id %s", async (_, written) => {
    const { gateway, origin } = await runBoth({ ...inMemory, ...priced });
    origin.plan({ usage });
    await ask(gateway);
    const entry = (await ask(gateway)).headers["x-ai-cache-entry"];
    await ask(gateway);
    const id = written(String(entry));
    for (let report = 0; report < 2; report++)
      await callAdmin(gateway, "/feedback", { body: { entry: id, verdict: "wrong" } });
    const { saved, net } = await statsOf(gateway);
    expect(saved.exact).toMatchObject({ hits: 2, answers: 1, wrong: 1, usd: aHit });
    expect(net.usd).toEqual(aHit);
    const { text } = await callAdmin(gateway, "/stats");
    expect(JSON.parse(text).saved.exact).toMatchObject({ answers: 1, wrong: 1 });
  });

  test("an answer that nobody was served from the cache takes nothing off", async () => {
    const { gateway, origin } = await runBoth({ ...inMemory, ...priced });
    origin.plan({ usage });
    const entry = (await ask(gateway)).headers["x-ai-cache-entry"];
    await callAdmin(gateway, "/feedback", { body: { entry, verdict: "wrong" } });
    expect((await statsOf(gateway)).saved.exact).toMatchObject({ answers: 0, wrong: 0, usd: { list: "0" } });
  });

  test("goes on after a restart, with what was counted before", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    for (const hits of [1, 2]) {
      const gateway = await runGateway(origin, priced, folder);
      origin.plan({ usage });
      await ask(gateway);
      if (hits === 1) await ask(gateway);
      const stats = await statsOf(gateway);
      expect([stats.requests.hit, stats.requests.miss, stats.nodes.length]).toEqual([hits, 1, hits]);
      await gateway.close();
    }
  });

  test.each([
    ["/stats?window=1y", "window must be a number of minutes, hours or days up to 90 days"],
    ["/stats?windows=1h", "windows is not a parameter of this request"],
    ["/timeseries?window=1h", "metric must be one of requests, "],
    ["/timeseries?metric=money", "metric must be one of requests, "],
    ["/timeseries?metric=requests&step=year", "step must be one of minute, hour, day"],
    ["/timeseries?metric=requests&step=minute&window=30d", "step cannot be minute for a window of 30d"],
  ])("%s is refused", async (path, told) => {
    const { gateway } = await runBoth(inMemory);
    const { status, text } = await callAdmin(gateway, path);
    expect([status, JSON.parse(text).detail]).toEqual([400, expect.stringContaining(told)]);
  });
});

describe("GET /admin/v1/timeseries", () => {
  test.each([
    ["requests", 3],
    ["requests.hit", 2],
    ["hits.exact", 2],
    ["hits.semantic", 0],
    ["saved.usd", 0.0001],
    ["saved.tokens", 60],
  ])("%s has a point for each minute, and they add up", async (metric, sum) => {
    const { gateway, origin } = await runBoth({ ...inMemory, ...priced });
    origin.plan({ usage });
    for (let call = 0; call < 3; call++) await ask(gateway);
    const { text } = await callAdmin(gateway, `/timeseries?metric=${metric}&window=30m`);
    const { points, step }: TimeseriesReport = JSON.parse(text);
    expect([points.length, step]).toEqual([31, "minute"]);
    expect(points.reduce((total, [, value]) => total + Number(value), 0)).toBeCloseTo(sum, 12);
    expect(points.every(([at], index) => at === (points[0]?.[0] as number) + index * 60_000)).toBe(true);
  });

  test("of latencies there is none where there was no call", async () => {
    const { gateway } = await runBoth({ ...inMemory, ...priced });
    await ask(gateway);
    const { text } = await callAdmin(gateway, "/timeseries?metric=latency.miss.p95&window=5m");
    const values = JSON.parse(text).points.map(([, value]: readonly [number, number | null]) => value);
    expect(values.filter((value: number | null) => value !== null)).toEqual([expect.any(Number)]);
  });
});

describe("several processes that serve together", () => {
  test(
    "tell of all of them, whoever is asked",
    async () => {
      const gateway = await runWorkers(await runOrigin(), { ...priced });
      const doors = await openDoors(gateway);
      for (const door of doors) for (let call = 0; call < 3; call++) await door.ask(question("the same"));
      // To find the doors some calls passed the cache by. What is asked before the first answer is stored joins it.
      const answered = async () => {
        const { requests, nodes, complete } = await statsOf(gateway);
        return [requests.miss, requests.hit + requests.coalesced, nodes.length, complete];
      };
      await expect.poll(answered).toEqual([1, 5, 2, true]);
    },
    limit,
  );
});

describe("a process that is killed", () => {
  test(
    "loses what it had not written, and nothing else",
    async () => {
      const origin = await runOrigin();
      const folder = temporaryFolder();
      const args = ["--data", folder, "--upstream", origin.url, "--semantic", "off", "--log-level", "info"];
      const first = await spawnGateway(args);
      for (let call = 0; call < 5; call++) await ask(first, question(`${call}`));
      // Whoever asks for figures has them written.
      expect((await statsOf({ url: first.url, folder })).calls).toBe(5);
      await ask(first, question("0"));
      first.child.kill("SIGKILL");
      await first.exit;
      const second = await spawnGateway(args);
      await ask(second, question("0"));
      const { calls, nodes, complete } = await statsOf({ url: second.url, folder });
      expect([complete, nodes.length]).toEqual([true, 2]);
      expect([6, 7]).toContain(calls);
    },
    limit,
  );
});

describe("reprise stats", () => {
  const stats = ({ url, folder }: Pick<RunningGateway, "url" | "folder">, args: readonly string[]) =>
    runCommand(["stats", ...args, "--port", new URL(url).port, "--data", folder]);

  test(
    "shows what each layer saved, and the same as JSON",
    async () => {
      const { gateway, origin } = await runBoth({ ...inMemory, ...priced });
      origin.plan({ usage });
      for (let call = 0; call < 4; call++) await ask(gateway);
      const { code, stdout, stderr } = await stats(gateway, []);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^The last 24h, of 1 process, since \d{4}-\d\d-\d\d \d\d:00 UTC\n/);
      expect(stdout).toContain("4 calls: hit 3 (75 %), missed 1 (25 %)");
      expect(stdout).toMatch(/^exact +3 +75 % +3 +0 +90 +\$0\.00015 +\$0\.000123 +\d/m);
      expect(stdout).toContain("Paid for answers: $0.00005. Look-ups cost: $0.00. Saved, without that: $0.00015.");
      expect(stdout).toMatch(/^calls +▁+█ {2}4 in this hour$/m);
      const json = JSON.parse((await stats(gateway, ["--json", "--window", "90m"])).stdout);
      expect(json).toMatchObject({ ok: true, window: "90m", calls: 4, saved: { exact: { hits: 3 } } });
    },
    limit,
  );

  test(
    "says so when there was no call",
    async () => {
      const gateway = await runGateway(await runOrigin(), inMemory);
      const { code, stdout } = await stats(gateway, ["--window", "2h"]);
      expect([code, stdout]).toEqual([0, expect.stringContaining("No calls.\n\nNothing was saved.\n")]);
    },
    limit,
  );

  test.each([
    [["--window", "1y"], 2, "--window must be a number of minutes, hours or days"],
    [["--url", "ftp://x"], 2, "--url must be an http or https URL"],
    [["--url", "http://127.0.0.1:1"], 1, "there is no admin token"],
  ])(
    "%j is told of on one line",
    async (args, status, told) => {
      const { code, stdout, stderr } = await runCommand(["stats", ...args, "--data", temporaryFolder()]);
      expect([code, stdout, stderr.trim().split("\n").length]).toEqual([status, "", 1]);
      expect(stderr.toLowerCase()).toContain(told.toLowerCase());
    },
    limit,
  );

  test(
    "goes on showing it until Ctrl-C, also while the gateway is away",
    async () => {
      const { gateway } = await runBoth({ ...inMemory, ...priced });
      const token = { REPRISE_ADMIN_TOKEN: "the-token-of-a-gateway" };
      const away = startCommand(["stats", "--watch", "--json", "--url", "http://127.0.0.1:1"], { environment: token });
      const run = startCommand(["stats", "--watch", "--json", "--url", gateway.url, "--data", gateway.folder]);
      await ask(gateway);
      const lines = (text: string) =>
        text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line));
      await expect.poll(() => lines(run.stdout()).at(-1)?.calls, { timeout: 20_000 }).toBe(1);
      await expect.poll(() => lines(away.stdout()).length, { timeout: 20_000 }).toBeGreaterThan(1);
      expect(lines(away.stdout())[0]).toMatchObject({ ok: false, error: { code: "gateway_unreachable" } });
      for (const { child, exit } of [run, away]) {
        child.kill("SIGINT");
        expect(await exit).toEqual({ code: 0, signal: null });
      }
    },
    limit,
  );
});
