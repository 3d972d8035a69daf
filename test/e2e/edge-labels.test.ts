import { expect, test } from "vitest";
import type { PlannedReply } from "../../src/testing/index.ts";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, bearer, chatPath, question, statusOf } from "./chat-call.ts";
import { type Exchanged, type ExchangeOptions, exchange } from "./http-exchange.ts";
import { openConnection } from "./raw-connection.ts";
import { inMemory, runBoth, runGateway } from "./running-gateway.ts";

/** Whatever is not published says to every cache on its way that it is not to be kept. */

/** What an origin, or whoever speaks through it, may say to servers in front of us. */
const poison = {
  "cache-control": "public, max-age=86400",
  expires: "Thu, 01 Jan 2099 00:00:00 GMT",
  age: "5",
  "cdn-cache-control": "max-age=86400",
  "cloudflare-cdn-cache-control": "max-age=86400",
  "surrogate-control": "max-age=86400",
  "surrogate-key": "everything",
  "cache-tag": "everything",
  "edge-cache-tag": "everything",
  "edge-control": "cache-maxage=1d",
  "cache-groups": '"everything"',
  "x-accel-expires": "86400",
  "x-accel-redirect": "/internal/secrets",
  xkey: "everything",
};
const steering = Object.keys(poison).filter((name) => name !== "cache-control" && name !== "age");

function expectPrivate({ headers, rawHeaders }: Exchanged, where: string): void {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const given = names.filter((name) => name === "cache-control");
  expect([where, given.length, headers["cache-control"]]).toEqual([where, 1, "private, no-store"]);
  expect([where, steering.filter((name) => names.includes(name))]).toEqual([where, []]);
  expect([where, headers["vary"]]).toEqual([where, expect.stringMatching(/(^|, )(Authorization|Accept)\b/)]);
}

const caller = bearer("sk-someone");

test("every outcome of a call is private, whatever the origin says to caches in front of us", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const poisoned: PlannedReply = { headers: poison };
  const outcomes: readonly (readonly [string, object, Record<string, string>, PlannedReply])[] = [
    ["MISS", question(), {}, { headers: { ...poison, "cache-control": "public" } }],
    ["HIT", question(), {}, {}],
    ["HIT", question(undefined, { stream: true }), {}, {}],
    ["MISS", question("streamed", { stream: true }), {}, poisoned],
    ["REFRESH", question(), { "cache-control": "no-cache" }, poisoned],
    ["BYPASS", question(), { "cache-control": "no-store" }, poisoned],
    ["STALE", question(), { "cache-control": "max-age=0, max-stale" }, {}],
    ["MISS", question("an error"), {}, { status: 500, body: "{}", headers: poison }],
    ["MISS", question("not found"), {}, { status: 404, body: "{}", headers: poison }],
    ["MISS", question("unknown"), { "cache-control": "only-if-cached" }, {}],
  ];
  for (const [status, body, headers, answer] of outcomes) {
    origin.plan([answer]);
    const got = await ask(gateway, body, { ...caller, ...headers });
    const where = `${status} ${JSON.stringify(body)} ${JSON.stringify(headers)}`;
    if (status !== "STALE") expect([where, statusOf(got)]).toEqual([where, status]);
    expectPrivate(got, where);
    expect(got.headers["cache-status"], where).toMatch(/^reprise; /);
    const isServed = ["HIT", "STALE"].includes(statusOf(got));
    expect([where, got.headers["age"]]).toEqual([where, isServed ? expect.stringMatching(/^\d+$/) : undefined]);
  }
});

test("every route is private, errors included, and says what became of the call", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const admin = { authorization: `Bearer ${tokenOf(gateway)}` };
  const routes: readonly (readonly [string, number, ExchangeOptions])[] = [
    ["/healthz", 200, {}],
    ["/readyz", 200, {}],
    ["/metrics", 200, {}],
    ["/dashboard", 308, {}],
    ["/dashboard/nothing", 404, {}],
    ["/dashboard/", 405, { method: "PUT" }],
    ["/admin/v1/stats", 401, {}],
    ["/admin/v1/stats", 200, { headers: admin }],
    ["/admin/v1/stats?nothing=1", 400, { headers: admin }],
    ["/admin/v1/stats", 405, { headers: admin, method: "PUT" }],
    ["/admin/v1/nothing", 404, { headers: admin }],
    ["/v1/models", 200, { headers: caller }],
    ["/v1/models", 200, { method: "HEAD" }],
    [chatPath, 400, { body: "{", headers: caller }],
    [chatPath, 400, { body: question(), headers: { "x-ai-cache": "often" } }],
    ["/u/nobody/v1/models", 502, { headers: caller }],
    ["/v1/embeddings", 200, { body: { model: "embedding-small", input: "x" }, headers: caller }],
    [chatPath, 200, { method: "PUT", body: "{}", headers: caller }],
  ];
  for (const [path, status, options] of routes) {
    origin.plan([{ headers: poison }]);
    const got = await exchange(gateway.url + path, options);
    const where = `${options.method ?? ""} ${path}`;
    expect([where, got.status, got.text]).toEqual([where, status, expect.anything()]);
    expectPrivate(got, where);
    if (path.startsWith("/v1") || path.startsWith("/u/"))
      expect(got.headers["cache-status"], where).toMatch(/reprise; /);
  }
});

test("what is no request is refused in private", async () => {
  const { gateway } = await runBoth(inMemory);
  for (const [text, status] of [
    ["NONSENSE\r\n\r\n", 400],
    ["GET /healthz HTTP/1.1\r\n\r\n", 400],
    ["GET /healthz HTTP/1.1\r\nHost: g\r\nExpect: nonsense\r\n\r\n", 417],
    [`GET / HTTP/1.1\r\nHost: g\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const connection = await openConnection(gateway);
    connection.socket.write(text);
    await connection.closed;
    const received = connection.received();
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toMatch(/\r\ncache-control: private, no-store\r\n/i);
  }
});

test("an origin that is away, and one that answers what passes through, are no reason to keep anything", async () => {
  const gateway = await runGateway({ url: "http://127.0.0.1:9" }, inMemory);
  for (const got of [
    await ask(gateway, question(), caller),
    await exchange(`${gateway.url}/v1/models`, { headers: caller }),
    await callAdmin(gateway, "/entries/nothing"),
  ]) {
    expect(got.status).toBeGreaterThanOrEqual(400);
    expectPrivate(got, got.text);
  }
});
