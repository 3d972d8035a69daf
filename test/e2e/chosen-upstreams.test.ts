import { describe, expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, chatPath, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

/** Where a call goes is for the configuration to say, and for nobody who sends one. */

const codeOf = (text: string) => JSON.parse(text).error.code;

describe("CVE-2024-6587: a request that names another place to send the credential to", () => {
  test("in its body: 400, and neither that place nor the upstream hears of it", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const thief = await runOrigin();
    for (const fields of [
      { api_base: thief.url },
      { base_url: thief.url },
      { extra_body: { api_base: thief.url } },
      { user_config: { model_list: [{ litellm_params: { api_base: thief.url } }] } },
      { fallbacks: [{ model: "m", api_base: thief.url }] },
    ]) {
      for (const path of [chatPath, "/u/main/v1/chat/completions", "/v1/embeddings", "/v1/messages", "/v1/responses"]) {
        const own = path === "/v1/embeddings" || path === "/v1/responses" ? { input: "hi" } : {};
        const body = { ...question("hi"), max_tokens: 9, ...own, ...fields };
        const answer = await exchange(gateway.url + path, { body, headers: bearer("sk-of-the-caller") });
        expect([path, answer.status, answer.text]).toEqual([path, 400, expect.stringContaining("would choose where")]);
      }
    }
    expect([origin.callCount, thief.callCount]).toEqual([0, 0]);
    expect(codeOf((await ask(gateway, question("hi", { api_base: "x" }))).text)).toBe("chosen_upstream");
  });

  test("in a header field: it goes where it goes anyway, and the field no further", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const thief = await runOrigin();
    const names = [
      ...["x-portkey-custom-host", "x-custom-host", "helicone-target-url", "x-api-base", "x-base-url"],
      ...["x-forwarded-host", "x-original-host", "x-original-url", "x-rewrite-url", "x-host"],
    ];
    for (const name of names) {
      const headers = { ...bearer("one"), [name]: thief.url };
      expect([name, statusOf(await ask(gateway, question(name), headers))]).toEqual([name, "MISS"]);
      expect([name, statusOf(await ask(gateway, question(name), bearer("one")))]).toEqual([name, "HIT"]);
      expect((await exchange(`${gateway.url}/v1/models`, { headers })).status).toBe(200);
    }
    expect([origin.callCount, thief.callCount]).toEqual([2 * names.length, 0]);
    for (const { headers } of origin.calls) for (const name of names) expect(Object.keys(headers)).not.toContain(name);
  });

  test("in its Host and its target: they are the gateway's, and no upstream's", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const thief = await runOrigin();
    const host = new URL(thief.url).host;
    expect((await ask(gateway, question(), { host })).status).toBe(200);
    expect(
      (await exchange(`${gateway.url}/u/${encodeURIComponent(thief.url)}/chat/completions`, { body: question() }))
        .status,
    ).toBe(502);
    expect((await exchange(`${gateway.url}/u/@${host}/v1/models`)).status).toBe(502);
    expect([origin.callCount, thief.callCount]).toEqual([1, 0]);
  });
});

describe("X9: an upstream that redirects", () => {
  test.each([301, 302, 303, 307, 308])("%s is passed on, and the credential goes nowhere", async (status) => {
    const { origin, gateway } = await runBoth(inMemory);
    const thief = await runOrigin();
    origin.plan({ status, headers: { location: `${thief.url}/chat/completions` }, body: "moved" });
    for (const path of [chatPath, "/v1/files"]) {
      const answer = await exchange(gateway.url + path, { body: question(), headers: bearer("sk-of-the-caller") });
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers["x-ai-cache-status"] ?? "BYPASS").not.toBe("HIT");
    }
    expect(thief.callCount).toBe(0);
    origin.plan({});
    expect(statusOf(await ask(gateway, question(), bearer("sk-of-the-caller")))).toBe("MISS");
  });
});

describe("X9: an upstream whose name leads inside", () => {
  test("is not called: 502, and its address is for the log", async () => {
    const origin = await runOrigin();
    const { port } = origin;
    // A name that everybody's resolver knows by its last label (RFC 6761) would be allowed; this one is of the public system.
    const gateway = await runGateway(origin, {
      ...inMemory,
      upstreams: { main: { url: `http://inside.example.com:${port}/v1` } },
    });
    const { default: dns } = await import("node:dns");
    const real = dns.lookup;
    dns.lookup = ((_: string, __: object, found: (...all: unknown[]) => void) =>
      found(null, [{ address: "127.0.0.1", family: 4 }])) as never;
    try {
      for (const path of [chatPath, "/v1/models"]) {
        const answer = await exchange(gateway.url + path, { body: question() });
        expect([path, answer.status, codeOf(answer.text)]).toEqual([path, 502, "origin_unreachable"]);
        expect(answer.text).toContain("The upstream main could not be reached: address_refused.");
        expect(answer.text).not.toMatch(/127\.0\.0\.1|inside\.example/);
      }
      const metrics = await exchange(`${gateway.url}/metrics`);
      expect(metrics.text).toMatch(/reprise_security_events_total\{kind="ssrf_block"\} 2/);
      expect(origin.callCount).toBe(0);
      gateway.reload({
        ...inMemory,
        upstreams: { main: { url: `http://inside.example.com:${port}/v1`, allowPrivate: true } },
      });
      expect((await ask(gateway)).status).toBe(200);
      gateway.reload({
        ...inMemory,
        upstreams: { main: { url: `http://inside.example.com:${port}/v1` } },
        security: { allowPrivateUpstreams: true },
      });
      expect((await ask(gateway, question("other"))).status).toBe(200);
    } finally {
      dns.lookup = real;
    }
    expect((await callAdmin(gateway, "/config")).text).toContain('"allowPrivateUpstreams":true');
  });
});
