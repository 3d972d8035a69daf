import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { inMemory, onDisk, type RunningGateway, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

const plain = { layers: { semantic: { mode: "off" } } };
const bare = { ...inMemory, ...plain };

async function see(gateway: RunningGateway, path: string) {
  const { status, text } = await callAdmin(gateway, path);
  expect([path, status]).toEqual([path, 200]);
  return JSON.parse(text);
}

/** The events of a gateway as they come; ends with the test. */
async function follow(gateway: RunningGateway) {
  const events: { readonly event: string; readonly data: Record<string, unknown> }[] = [];
  const sent = request(`${gateway.url}/admin/v1/events`, { headers: bearer(tokenOf(gateway)) }).end();
  onTestFinished(() => void sent.destroy());
  const [response] = await once(sent, "response");
  let left = "";
  response.setEncoding("utf8").on("data", (text: string) => {
    const blocks = (left + text).split("\n\n");
    left = blocks.pop() as string;
    for (const block of blocks) {
      const [, event = "", data = "null"] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      events.push({ event, data: JSON.parse(data) });
    }
  });
  return { events, response };
}

describe("GET /admin/v1/origins", () => {
  test("tells of each upstream how it does", async () => {
    const { gateway, origin } = await runBoth(bare);
    const before = await see(gateway, "/origins");
    expect(before.origins).toEqual([{ name: "main", url: origin.url, state: "unknown", requests: 0, errors: 0 }]);
    await ask(gateway);
    origin.plan([{ status: 500 }]);
    await ask(gateway, question("another"));
    expect((await see(gateway, "/origins")).origins).toMatchObject([{ state: "ok", requests: 2, errors: 1 }]);
    origin.plan({ status: 500 });
    for (const text of ["a third", "a fourth"]) await ask(gateway, question(text));
    const [main] = (await see(gateway, "/origins")).origins;
    expect(main).toMatchObject({ state: "failing", requests: 4, errors: 3, since: expect.stringMatching(/Z$/) });
    expect(main.latencyMs.p95).toBeGreaterThanOrEqual(main.latencyMs.p50);
    expect(await see(gateway, "/replicas")).toEqual({ replicas: [] });
  });
});

describe("GET /admin/v1/tenants", () => {
  test("tells who asked and what is stored for whom", async () => {
    const { gateway } = await runBoth(bare);
    for (const key of ["one", "one", "other"]) await ask(gateway, question(), bearer(key));
    await ask(gateway, question("more"), bearer("one"));
    const { tenants, listing, isComplete } = await see(gateway, "/tenants");
    expect([listing, isComplete]).toEqual(["supported", true]);
    expect(tenants).toMatchObject([
      { entries: 2, requests: 3, hits: 1 },
      { entries: 1, requests: 1, hits: 0 },
    ]);
    expect(tenants[0].bytes).toBeGreaterThan(tenants[1].bytes);
  });
});

describe("GET /admin/v1/health", () => {
  test("tells of the stores with what they hold, and of the parts in use", async () => {
    const { gateway } = await runBoth(onDisk);
    const health = await see(gateway, "/health");
    expect(health.status).toBe("ready");
    expect(health.stores.map(({ name, state }: Record<string, string>) => [name, state])).toEqual([
      ["memory", "ok"],
      ["sqlite", "ok"],
    ]);
    expect(health.parts).toMatchObject([
      { part: "embedder", state: "ok", faults: 0 },
      { part: "vectors", state: "ok", faults: 0 },
    ]);
  });

  test("a store that is away is unavailable, since when", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, { ...plain, store: { url: "redis://127.0.0.1:1" } });
    const health = await see(gateway, "/health");
    expect(health.status).toBe("degraded");
    expect(health.stores[1]).toMatchObject({ name: "redis", state: "unavailable", since: expect.stringMatching(/Z$/) });
    expect(health.parts[0]).toMatchObject({ part: "bus", name: "redis" });
    for (const path of ["/entries", "/tenants"]) {
      const { status, text } = await callAdmin(gateway, path);
      expect([path, status, JSON.parse(text)]).toEqual([
        ...[path, 503],
        expect.objectContaining({
          code: "store_unavailable",
          detail: "The store cannot be read. Ask again when the store is back.",
        }),
      ]);
    }
  });
});

describe("GET /admin/v1/events", () => {
  test("a hit is told as it happens, with what it saved; the stream ends with the gateway", async () => {
    const { gateway } = await runBoth({ ...bare, prices: { "scripted-large": { input: 2, output: 8 } } });
    const { events, response } = await follow(gateway);
    expect(response.headers["content-type"]).toBe("text/event-stream");
    await ask(gateway);
    await ask(gateway);
    await expect.poll(() => events.filter(({ event }) => event === "call").length).toBe(2);
    const [miss, hit] = events.filter(({ event }) => event === "call").map(({ data }) => data);
    expect(miss).toMatchObject({ outcome: "miss", model: "scripted-large", protocol: "openai-chat" });
    expect(hit).toMatchObject({ outcome: "hit", layer: "exact", savedUsd: expect.stringMatching(/^0\.0*[1-9]/) });
    expect(events[0]).toMatchObject({ event: "totals", data: { calls: { hit: 0 }, savedUsd: "0" } });
    const ended = once(response, "end");
    await gateway.close();
    await ended;
  });

  test("twenty may follow; the next one is told to come later, and HEAD is not taken", async () => {
    const { gateway } = await runBoth(bare);
    const followed = await Promise.all(Array.from({ length: 20 }, () => follow(gateway)));
    const refused = await callAdmin(gateway, "/events");
    expect([refused.status, refused.headers["retry-after"], JSON.parse(refused.text).code]).toEqual([
      ...[429, "10", "too_many_readers"],
    ]);
    expect((await callAdmin(gateway, "/events", { method: "HEAD" })).status).toBe(405);
    followed[0]?.response.destroy();
    await expect
      .poll(async () => {
        const sent = request(`${gateway.url}/admin/v1/events`, { headers: bearer(tokenOf(gateway)) }).end();
        const [{ statusCode }] = await once(sent, "response");
        sent.destroy();
        return statusCode;
      })
      .toBe(200);
  });
});

describe("wrong admin tokens", () => {
  test("after eleven in a minute not even the right one is let in: guesses are not told apart", async () => {
    const { gateway } = await runBoth(bare);
    const tryToken = (headers: Record<string, string>) => exchange(`${gateway.url}/admin/v1/config`, { headers });
    for (let index = 0; index < 11; index++) await tryToken(bearer(`guess ${index}`));
    const right = await tryToken(bearer(tokenOf(gateway)));
    expect([right.status, JSON.parse(right.text).code]).toEqual([429, "too_many_attempts"]);
  });

  test("after ten in a minute an address waits; the right token that was shown before is let in all the same", async () => {
    const { gateway } = await runBoth(bare);
    const tryToken = (headers: Record<string, string>) => exchange(`${gateway.url}/admin/v1/config`, { headers });
    expect((await tryToken(bearer(tokenOf(gateway)))).status).toBe(200);
    for (let index = 0; index < 10; index++) expect((await tryToken(bearer(`guess ${index}`))).status).toBe(401);
    const slowed = await tryToken(bearer("one more"));
    expect([slowed.status, slowed.headers["content-type"], JSON.parse(slowed.text).code]).toEqual([
      ...[429, "application/problem+json", "too_many_attempts"],
    ]);
    const wait = Number(slowed.headers["retry-after"]);
    expect(wait > 0 && wait <= 60).toBe(true);
    expect((await tryToken(bearer(tokenOf(gateway)))).status).toBe(200);
    expect((await tryToken({})).status).toBe(401);
    expect(total(await scrape(gateway), "reprise_security_events_total", { kind: "auth_fail" })).toBe(12);
  });
});
