import { describe, expect, test } from "vitest";
import { ask, chatPath, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

const base = { url: "" };

describe("routes: an upstream by name", () => {
  test("surface: /u/{upstream}/... reaches it, cached chat route included, under the same key as by model", async () => {
    const [main, other] = [await runOrigin({ seed: "main" }), await runOrigin({ seed: "other" })];
    const upstreams = { main: { url: main.url }, other: { url: `${other.url}/` } };
    const gateway = await runGateway(base, { ...inMemory, upstreams, models: { "other-*": "other" } });
    for (const prefix of ["/u/other", "/u/other/v1", "/u/%6fther/v1"]) {
      expect((await exchange(`${gateway.url}${prefix}/models?a=%2F`)).status).toBe(200);
    }
    expect(other.calls.map(({ path }) => path)).toEqual(Array(3).fill("/v1/models?a=%2F"));
    const first = await exchange(`${gateway.url}/u/other/v1/chat/completions`, { body: question() });
    const second = await exchange(`${gateway.url}/u/other/chat/completions`, { body: question() });
    expect([statusOf(first), statusOf(second), second.text]).toEqual(["MISS", "HIT", first.text]);
    expect(statusOf(await ask(gateway))).toBe("MISS");
    const byModel = { ...question(), model: "other-one" };
    expect(statusOf(await ask(gateway, byModel))).toBe("MISS");
    expect(statusOf(await exchange(`${gateway.url}/u/other/v1/chat/completions`, { body: byModel }))).toBe("HIT");
    expect([main.callCount, other.callCount]).toEqual([1, 5]);
  });

  test("a base URL without its /v1 is cached like any other, under the same key", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    expect(statusOf(await exchange(`${gateway.url}/chat/completions`, { body: question() }))).toBe("MISS");
    expect(statusOf(await ask(gateway))).toBe("HIT");
    expect(origin.callCount).toBe(1);
  });

  test.each(["/u/nobody/v1/chat/completions", "/u/nobody/v1/models", "/u/nobody", "/u/__proto__/v1/models"])(
    "an upstream that is not configured is told: %s",
    async (path) => {
      const { origin, gateway } = await runBoth(inMemory);
      const answer = await exchange(gateway.url + path, { body: question() });
      expect([answer.status, JSON.parse(answer.text).error]).toMatchObject([
        502,
        {
          type: "api_error",
          code: "unknown_upstream",
          message: expect.stringContaining("configured: main"),
        },
      ]);
      expect(origin.callCount).toBe(0);
    },
  );

  test.each([
    "/v1beta/models/gemini-2.5-pro:countTokens",
    "/v1/models/gemini-2.5-pro:countTokens",
    "/v1beta/cachedContents",
    "/upload/v1beta/files?uploadType=media",
    "/v1beta1/projects/p/locations/l/publishers/google/models/g:countTokens",
    "/v1/projects/p/locations/l/publishers/google/models/g:countTokens",
  ])("what is Google's reaches Google's upstream, cached or not: %s", async (path) => {
    const [main, google] = [await runOrigin(), await runOrigin()];
    const upstreams = {
      main: { url: main.url },
      google: { url: new URL(google.url).origin, protocol: "gemini" },
    };
    const gateway = await runGateway(base, { ...inMemory, upstreams });
    await exchange(gateway.url + path, { body: { contents: [] } });
    const asked = "/v1beta/models/gemini-2.5-pro:generateContent?alt=json";
    const body = { contents: [{ parts: [{ text: "Hello" }] }] };
    expect(statusOf(await exchange(gateway.url + asked, { body }))).toBe("MISS");
    expect(google.calls.map((call) => call.path)).toEqual([path, asked]);
    expect(main.callCount).toBe(0);
  });

  test("RFC 9112 section 3.2.2: a target in absolute form is the path in it, never another host", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const text = JSON.stringify(question());
    await ask(gateway);
    for (const [target, method] of [
      [`http://elsewhere.invalid${chatPath}`, "POST"],
      ["https://elsewhere.invalid/v1/models?x", "GET"],
    ] as const) {
      const connection = await openConnection(gateway);
      connection.socket.write(requestText(target, method === "POST" ? text : "", ["Connection: close"], method));
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    expect(origin.calls.map(({ path }) => path)).toEqual([chatPath, "/v1/models?x"]);
  });

  test("a target that is no path is refused", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const connection = await openConnection(gateway);
    connection.socket.write("OPTIONS * HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(origin.callCount).toBe(0);
  });
});
