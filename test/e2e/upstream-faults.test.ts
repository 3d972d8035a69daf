import { createServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, beginAsking, chatPath, eventsOf, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

/** A port that takes no connection: one whose listener is gone. */
async function refusingUrl(): Promise<string> {
  const origin = await runOrigin();
  await origin.close();
  return origin.url;
}

/** A port that takes connections and says nothing. */
async function silentUrl(): Promise<string> {
  const server: Server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/v1`;
}

const routes = [chatPath, "/v1/moderations"] as const;

describe("U5: an upstream that cannot be reached", () => {
  test.each(routes)("refused: 502 with the cause on %s", async (path) => {
    const url = await refusingUrl();
    const gateway = await runGateway({ url }, inMemory);
    const answer = await exchange(gateway.url + path, { body: question() });
    expect(answer.status).toBe(502);
    const { error } = JSON.parse(answer.text);
    expect(error).toMatchObject({ type: "api_error", code: "origin_unreachable", param: null });
    // Where it is, is for the log alone.
    expect(error.message).toBe("The upstream main could not be reached: ECONNREFUSED.");
    expect(answer.text).not.toContain(new URL(url).port);
  });

  test.each(routes)("a name that does not resolve: 502 with the cause on %s", async (path) => {
    const gateway = await runGateway({ url: "http://does-not-exist.invalid/v1" }, inMemory);
    const answer = await exchange(gateway.url + path, { body: question() });
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([502, "origin_unreachable"]);
    expect(JSON.parse(answer.text).error.message).toMatch(
      /^The upstream main could not be reached: (ENOTFOUND|EAI_AGAIN)\.$/,
    );
  });

  test("TLS where there is none: 502 with the cause", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway({ url: origin.url.replace("http:", "https:") }, inMemory);
    const answer = await ask(gateway);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([502, "origin_unreachable"]);
  });

  test("no connection in time: 504", async () => {
    // TEST-NET-1 of RFC 5737 leads nowhere; where a network refuses it at once, that is told as such.
    const gateway = await runGateway(
      { url: "http://192.0.2.1:9/v1" },
      { ...inMemory, upstream: { connectTimeout: "50ms" } },
    );
    const answer = await ask(gateway);
    const { error } = JSON.parse(answer.text);
    expect([answer.status, error.code]).toEqual(
      answer.status === 504 ? [504, "origin_timeout"] : [502, "origin_unreachable"],
    );
    expect(error.message).toMatch(/^The upstream main (?:timed out|could not be reached): /);
    expect(answer.text).not.toContain("192.0.2.1");
  });
});

describe("U5: an upstream that falls silent", () => {
  test.each(routes)("before the first byte: 504 on %s, and the next caller leads a new call", async (path) => {
    const gateway = await runGateway(
      { url: await silentUrl() },
      { upstream: { firstByteTimeout: "50ms" }, coalescing: { errorBackoff: "0s" } },
    );
    for (let time = 0; time < 2; time++) {
      const answer = await exchange(gateway.url + path, { body: question() });
      expect([answer.status, JSON.parse(answer.text).error]).toMatchObject([
        504,
        { code: "origin_timeout", message: expect.stringContaining("did not begin to answer") },
      ]);
    }
  });

  test("in the middle of a stream: an error event and no clean end, then a new call", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, {
      ...inMemory,
      upstream: { idleTimeout: "50ms" },
      coalescing: { errorBackoff: "0s" },
    });
    origin.plan([{ holds: [{ at: 3, gate: new Gate() }] }]);
    const body = question(undefined, { stream: true });
    const answer = await ask(gateway, body);
    expect([answer.status, answer.whole]).toEqual([200, false]);
    expect(eventsOf(answer.text).at(-1)?.error).toMatchObject({ code: "origin_timeout" });
    expect(await origin.calls[0]?.ended).toBe("aborted");
    expect(statusOf(await ask(gateway, body))).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  test("in the middle of what passes through: no clean end", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...inMemory, upstream: { idleTimeout: "50ms" } });
    origin.plan({ holds: [{ at: 2, gate: new Gate() }] });
    const answer = await exchange(`${gateway.url}/v1/engines/m/chat/completions`, {
      body: question(undefined, { stream: true }),
    });
    expect([answer.status, answer.whole]).toEqual([200, false]);
  });

  test("in the middle of one document: 504", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...inMemory, upstream: { idleTimeout: "50ms" } });
    origin.plan([{ contentLength: 100_000, holds: [{ at: 1, gate: new Gate() }] }]);
    const answer = await ask(gateway);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([504, "origin_timeout"]);
  });
});

test("U2: an origin that is down for one model leaves others alone, and recovers without a restart", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
  origin.plan((call) =>
    (call.json as { model: string }).model === "scripted-small" ? { cut: { afterBytes: 0, how: "rst" } } : {},
  );
  const small = { ...question(), model: "scripted-small" };
  const both = await Promise.all([ask(gateway, small), ask(gateway)]);
  expect(both.map(({ status }) => status)).toEqual([502, 200]);
  origin.plan({});
  expect((await ask(gateway, small)).status).toBe(200);
});

test("S22: callers of a failing origin that come together are one call, also through the SDK's retries", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "10m" } });
  const gate = new Gate();
  origin.plan([{ status: 503, holds: [{ at: "headers", gate }] }]);
  const calls = [beginAsking(gateway), beginAsking(gateway)];
  await gate.reached();
  gate.release();
  for (const { done } of calls) expect((await done).status).toBe(503);
});
