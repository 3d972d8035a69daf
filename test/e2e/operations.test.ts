import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, bearer, beginAsking, chatPath, eventsOf, question } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { spawnGateway } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { callsByResult, scrape, total } from "./metrics-page.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { runBoth, runOrigin } from "./running-gateway.ts";

describe("surface: operations", () => {
  test("/healthz and /readyz answer without credentials, and never reach the origin", async () => {
    const { origin, gateway } = await runBoth();
    const health = await exchange(`${gateway.url}/healthz`);
    expect([health.status, JSON.parse(health.text)]).toMatchObject([
      200,
      { status: "ok", version: expect.any(String) },
    ]);
    const ready = await exchange(`${gateway.url}/readyz?x=1`);
    expect([ready.status, JSON.parse(ready.text)]).toEqual([200, { status: "ready" }]);
    expect(origin.callCount).toBe(0);
  });

  test("/metrics is Prometheus' text, every sample with a help and a type", async () => {
    const { gateway } = await runBoth();
    await ask(gateway);
    const { status, headers, text } = await exchange(`${gateway.url}/metrics`);
    expect([status, headers["content-type"]]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
    for (const { name } of await scrape(gateway)) {
      const family = name.replace(/_(bucket|sum|count)$/, "");
      expect(text.includes(`# HELP ${family} `) && text.includes(`# TYPE ${family} `)).toBe(true);
    }
  });
});

describe("I8: every call is counted once", () => {
  test("hit, stale, miss, coalesced, bypass, refresh and error add up to the calls made", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" }, server: { maxBodyBytes: "64kb" } });
    const expected: Record<string, number> = {};
    let sent = 0;
    const call = async (
      kind: string,
      ...args: Parameters<typeof ask> extends [unknown, ...infer Rest] ? Rest : never
    ) => {
      expected[kind] = (expected[kind] ?? 0) + 1;
      sent++;
      return ask(gateway, ...args).catch(() => undefined);
    };
    await call("miss");
    await call("hit");
    await call("hit", question(undefined, { stream: true }));
    await call("bypass", question(), { "cache-control": "no-store" });
    await call("refresh", question(), { "cache-control": "no-cache" });
    await call("miss", question("nowhere"), { "cache-control": "only-if-cached" });
    await call("stale", question(), { "cache-control": "max-age=0, max-stale" }).then((answer) => {
      // Whether a fresh entry counts as stale is not the matter here: it is counted as what the answer said.
      const said = String(answer?.headers["x-ai-cache-status"]).toLowerCase();
      if (said === "stale") return;
      expected["stale"] = (expected["stale"] ?? 1) - 1;
      expected[said] = (expected[said] ?? 0) + 1;
    });
    await call("error", { model: 1 });
    await call("error", Buffer.from("{"));
    await call("error", question(), { "x-ai-cache-ttl": "soon" });
    await call("error", question("x".repeat(70_000)));
    await call("error", question(), { "content-encoding": "rot13" });
    await call("error", Buffer.from("no gzip"), { "content-encoding": "gzip" });
    origin.plan([
      { status: 400 },
      { status: 503 },
      { cut: { afterBytes: 0, how: "rst" } },
      { cut: { afterChunks: 3, how: "rst" } },
    ]);
    await call("miss", question("a"));
    await call("miss", question("b"));
    await call("error", question("c"));
    await call("miss", question("d", { stream: true }));
    const gate = new Gate();
    origin.plan([{ holds: [{ at: 3, gate }] }]);
    const joined = [0, 1, 2].map(() => beginAsking(gateway, question("e", { stream: true })));
    for (const one of joined) await one.until((text) => eventsOf(text).length === 3);
    joined[1]?.destroy();
    gate.release();
    await Promise.allSettled(joined.map(({ done }) => done));
    expected["miss"] = (expected["miss"] ?? 0) + 1;
    expected["coalesced"] = 2;
    sent += 3;
    const counted = await callsByResult(gateway);
    expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBe(sent);
    expect(counted).toEqual(Object.fromEntries(Object.entries(expected).filter(([, count]) => count > 0)));
    await eventually("nothing is in flight", async () => total(await scrape(gateway), "reprise_inflight") === 0);
  });

  test("a client that leaves while it sends, and one that leaves while it waits, are counted", async () => {
    const { origin, gateway } = await runBoth();
    const sending = await openConnection(gateway);
    sending.socket.write(requestText(chatPath, "x".repeat(100)).slice(0, -50));
    await exchange(`${gateway.url}/healthz`);
    sending.socket.destroy();
    const gate = new Gate();
    origin.plan([{ holds: [{ at: "headers", gate }] }]);
    const waiting = beginAsking(gateway);
    await gate.reached();
    waiting.destroy();
    await eventually("both are counted", async () => {
      const counted = await callsByResult(gateway);
      return (counted["error"] ?? 0) === 2;
    });
  });

  test("models that clients make up do not grow the metrics without bound", async () => {
    const { gateway } = await runBoth({ store: { url: "memory" } });
    await Promise.all(
      Array.from({ length: 150 }, (_, index) => ask(gateway, { ...question(), model: `made-up-${index}` })),
    );
    const models = new Set(
      (await scrape(gateway)).map(({ labels }) => labels["model"]).filter((model) => model !== undefined),
    );
    expect(models.size).toBeLessThanOrEqual(101);
    expect(total(await scrape(gateway), "reprise_requests_total", { layer: "overall", model: "other" })).toBe(50);
  });
});

test("semantics/Privacy: no body, prompt, credential or user reaches logs or metrics, at the most talkative level", async () => {
  const origin = await runOrigin();
  const gateway = await spawnGateway(["--upstream", origin.url, "--log-level", "debug"]);
  const secrets = [
    "prompt-canary-7261",
    "sk-canary-8132",
    "user-canary-9043",
    "tag-canary-1154",
    "answer-canary-2265",
    "query-canary-3376",
  ];
  const [prompt = "", key = "", user = "", tag = "", answer = "", query = ""] = secrets;
  const headers = { ...bearer(key), "x-ai-user": user, "x-ai-cache-tags": tag };
  origin.plan({ content: answer });
  for (const stream of [false, true]) {
    await ask(gateway, question(prompt, { stream, user }), headers);
    await ask(gateway, question(prompt, { stream }), { ...headers, "cache-control": "no-store" });
  }
  origin.plan([
    { status: 500, body: { error: { message: answer } } },
    { cut: { afterBytes: 90, how: "rst" } },
    { body: `<html>${answer}` },
  ]);
  for (const index of [1, 2, 3]) await ask(gateway, question(`${prompt} ${index}`), headers);
  await ask(gateway, Buffer.from(`{"model":"m","messages":"${prompt}`), headers);
  await ask(gateway, question(prompt), { ...headers, "content-encoding": "gzip" });
  await exchange(`${gateway.url}/v1/files?key=${query}`, { headers, body: prompt });
  await exchange(`${gateway.url}/u/nobody/v1/files?key=${query}`, { headers, body: prompt });
  await origin.close();
  await ask(gateway, question(`${prompt} 4`), headers);
  await exchange(`${gateway.url}/v1/files?key=${query}`, { headers, body: prompt });
  const { text } = await exchange(`${gateway.url}/metrics`);
  gateway.child.kill("SIGTERM");
  expect((await gateway.exit).code).toBe(0);
  const output = gateway.stdout() + gateway.stderr() + text;
  expect(gateway.stdout()).toContain('"call"');
  for (const secret of secrets) expect(output).not.toContain(secret);
});
