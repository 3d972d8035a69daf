import { readFileSync } from "node:fs";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { Gate, type ScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, beginAsking, chatPath, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** Limits and budgets of virtual keys and of tenants, as clients meet them. Windows are days and months: none ends here. */

interface Setting {
  readonly origin: ScriptedOrigin;
  readonly gateway: RunningGateway;
  /** Makes a key of these limits, and gives its text and its id. */
  keyWith(limits: object, tenant?: string): Promise<{ readonly key: string; readonly id: string }>;
}

const usage = { prompt_tokens: 40, completion_tokens: 10, total_tokens: 50 };
/** A token for a dollar. */
const prices = { "*": { input: 100_000, output: 100_000 } };

async function withKeys(more: object = {}): Promise<Setting> {
  const origin = await runOrigin({ plan: () => ({ usage }) });
  const { url } = origin;
  const upstreams = {
    openai: { url, apiKey: "sk-upstream-1" },
    anthropic: { url, protocol: "anthropic", apiKey: "sk-ant-upstream-2" },
    gemini: { url: url.replace(/\/v1$/, ""), protocol: "gemini", apiKey: "AIza-upstream-3" },
  };
  const gateway = await runGateway(origin, { ...inMemory, upstreams, tenancy: { mode: "keys" }, prices, ...more });
  const keyWith = async (limits: object, tenant = "acme") => {
    const { status, text } = await callAdmin(gateway, "/keys", { body: { tenant, limits } });
    expect([status, status === 200 ? "" : text]).toEqual([200, ""]);
    return JSON.parse(text) as { key: string; id: string };
  };
  return { origin, gateway, keyWith };
}

const asking = (gateway: RunningGateway, key: string, content: string, fields: object = {}) =>
  ask(gateway, question(content, fields), bearer(key));

async function usedOf(gateway: RunningGateway, id: string): Promise<Readonly<Record<string, string>>> {
  const { text } = await callAdmin(gateway, `/limits?key=${id}`);
  const { key } = JSON.parse(text) as { key: readonly { limit: string; used: string }[] };
  return Object.fromEntries(key.map(({ limit, used }) => [limit, used]));
}

function errorOf({ text }: Pick<Exchanged, "text">) {
  return JSON.parse(text).error;
}

test("a budget of tokens: calls are taken until it is used up, and what they took is what their answers say", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const { key, id } = await keyWith({ tokensPerDay: 220 });
  // Each sets 30 tokens or so aside, and takes 50.
  for (const index of [1, 2, 3, 4])
    expect((await asking(gateway, key, `question ${index}`, { max_tokens: 5 })).status).toBe(200);
  expect(await usedOf(gateway, id)).toEqual({ tokensPerDay: "200" });
  const refused = await asking(gateway, key, "question 5", { max_tokens: 5 });
  expect(refused.status).toBe(429);
  expect(errorOf(refused)).toEqual({
    message: expect.stringMatching(/^The limit of 220 tokens a day is reached; it begins anew at \S+T00:00:00Z\.$/),
    type: "insufficient_quota",
    param: null,
    code: "insufficient_quota",
  });
  expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(86_400);
  expect(refused.headers).toMatchObject({
    "x-should-retry": "false",
    "x-ratelimit-limit-tokens": "220",
    "x-ratelimit-remaining-tokens": "20",
    "cache-control": "private, no-store",
  });
  expect(origin.callCount).toBe(4);
  expect(total(await scrape(gateway), "reprise_limited_total", { limit: "tokensPerDay" })).toBe(1);
  // Nothing of the refusal is kept, and another key is not concerned.
  const other = await keyWith({});
  expect(statusOf(await asking(gateway, other.key, "question 5", { max_tokens: 5 }))).toBe("MISS");
});

test("a budget of money: cached answers cost none; when it is used up they are given only where they are free", async () => {
  const { gateway, keyWith } = await withKeys();
  const bound = await keyWith({ usdPerMonth: "5" });
  const free = await keyWith({ usdPerMonth: "5", cachedFree: true });
  const larger = await keyWith({ usdPerMonth: "5.5" });
  for (const { key, id } of [bound, free, larger]) {
    expect((await asking(gateway, key, `of ${id}`, { max_tokens: 1 })).status).toBe(200);
    expect(await usedOf(gateway, id)).toEqual({ usdPerMonth: "5" });
    expect(errorOf(await asking(gateway, key, "another", { max_tokens: 1 })).code).toBe("insufficient_quota");
  }
  for (const { key, id } of [free, larger]) {
    expect(statusOf(await asking(gateway, key, `of ${id}`, { max_tokens: 1 }))).toBe("HIT");
    expect(await usedOf(gateway, id)).toEqual({ usdPerMonth: "5" });
  }
  expect((await asking(gateway, bound.key, `of ${bound.id}`, { max_tokens: 1 })).status).toBe(429);
});

test("SDKs meet a limit as they know it from their providers", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const { key } = await keyWith({ requestsPerMinute: 0 });
  const options = { apiKey: key, maxRetries: 0 };
  const messages = [{ role: "user" as const, content: "Hello" }];
  const openai = new OpenAI({ ...options, baseURL: `${gateway.url}/v1` });
  await expect(openai.chat.completions.create({ model: "m", messages })).rejects.toMatchObject({
    status: 429,
    code: "rate_limit_exceeded",
    type: "rate_limit_error",
  });
  await expect(openai.chat.completions.create({ model: "m", messages })).rejects.toThrow(OpenAI.RateLimitError);
  await expect(openai.embeddings.create({ model: "m", input: "Hello" })).rejects.toThrow(OpenAI.RateLimitError);
  await expect(openai.models.list()).rejects.toThrow(OpenAI.RateLimitError);
  const anthropic = new Anthropic({ ...options, authToken: null, baseURL: gateway.url });
  const asked = anthropic.messages.create({ model: "m", max_tokens: 5, messages });
  await expect(asked).rejects.toThrow(Anthropic.RateLimitError);
  await expect(asked).rejects.toMatchObject({ error: { error: { type: "rate_limit_error" } } });
  const gemini = await exchange(`${gateway.url}/v1beta/models/m:generateContent`, {
    body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
    headers: { "x-goog-api-key": key },
  });
  expect([gemini.status, errorOf(gemini).status]).toEqual([429, "RESOURCE_EXHAUSTED"]);
  expect(Number(gemini.headers["retry-after"])).toBeLessThanOrEqual(60);
  expect(origin.callCount).toBe(0);
  expect(total(await scrape(gateway), "reprise_limited_total", { limit: "requestsPerMinute" })).toBe(6);
});

test("calls under way at once are bounded, streams until they end, and also by a caller who leaves", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const { key } = await keyWith({ concurrent: 2 });
  const gate = new Gate();
  origin.plan(({ body }) => (Buffer.from(body).includes("slow") ? { usage, holds: [{ at: 2, gate }] } : { usage }));
  const slow = ["slow 1", "slow 2"].map((content) =>
    beginAsking(gateway, question(content, { stream: true }), bearer(key)),
  );
  await origin.waitForCalls(2);
  const refused = await asking(gateway, key, "third");
  expect([refused.status, errorOf(refused).code, refused.headers["retry-after"]]).toEqual([
    429,
    "rate_limit_exceeded",
    "1",
  ]);
  slow[0]?.destroy();
  await eventually("the place is free", async () => (await asking(gateway, key, "third")).status === 200);
  gate.release();
  expect((await (slow[1] as (typeof slow)[number]).done).status).toBe(200);
});

test("a stream that its caller leaves is paid for as far as it came, and by no less than was set aside", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const leaver = await keyWith({ tokensPerDay: 100_000 });
  const gate = new Gate();
  origin.plan({ words: 400, holds: [{ at: 300, gate }] });
  const body = question("a long story", { stream: true, max_tokens: 20 });
  const begun = beginAsking(gateway, body, bearer(leaver.key));
  await gate.reached();
  // Whatever has come to the caller was read by the gateway.
  await begun.until((text) => text.split("\n\n").length > 250);
  const used = async () => Number((await usedOf(gateway, leaver.id))["tokensPerDay"]);
  const setAside = await used();
  expect(setAside).toBeGreaterThan(20);
  begun.destroy();
  await eventually("it is settled", async () => (await used()) > setAside + 100);
  gate.release();
});

test("whoever joins a call pays no money for it, and its tokens as those of a cached answer", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const leader = await keyWith({ tokensPerDay: 10_000, usdPerDay: "1000" });
  const follower = await keyWith({ tokensPerDay: 10_000, usdPerDay: "1000" });
  const gate = new Gate();
  origin.plan({ usage, holds: [{ at: "headers", gate }] });
  const body = question("together", { max_tokens: 5 });
  const first = beginAsking(gateway, body, bearer(leader.key));
  await gate.reached();
  const second = beginAsking(gateway, body, bearer(follower.key));
  await eventually("it has joined", async () => total(await scrape(gateway), "reprise_coalesced_total") === 1);
  gate.release();
  const answers = await Promise.all([first.done, second.done]);
  expect(answers.map(statusOf)).toEqual(["MISS", "COALESCED"]);
  expect(await usedOf(gateway, leader.id)).toEqual({ tokensPerDay: "50", usdPerDay: "5" });
  expect(await usedOf(gateway, follower.id)).toEqual({ tokensPerDay: "50", usdPerDay: "0" });
});

test("calls that pass the cache by, and embeddings, are paid for; failures of the origin are not", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const { key, id } = await keyWith({ tokensPerDay: 100_000, usdPerDay: "100000" });
  const past = { ...bearer(key), "cache-control": "no-store" };
  expect((await ask(gateway, question("past"), past)).status).toBe(200);
  expect(await usedOf(gateway, id)).toEqual({ tokensPerDay: "50", usdPerDay: "5" });
  expect(
    (await ask(gateway, question("past", { stream: true, stream_options: { include_usage: true } }), past)).status,
  ).toBe(200);
  expect(await usedOf(gateway, id)).toEqual({ tokensPerDay: "100", usdPerDay: "10" });
  origin.plan({ status: 500 });
  expect((await asking(gateway, key, "failing")).status).toBe(500);
  expect(await usedOf(gateway, id)).toEqual({ tokensPerDay: "100", usdPerDay: "10" });
  const vector = { embedding: [0.5, 0.25], index: 0, object: "embedding" };
  const reply = { object: "list", data: [vector], model: "e", usage: { prompt_tokens: 7, total_tokens: 7 } };
  origin.plan({ body: reply });
  const embed = () =>
    exchange(`${gateway.url}/v1/embeddings`, { body: { model: "e", input: "Hello" }, headers: bearer(key) });
  expect((await embed()).status).toBe(200);
  expect(await usedOf(gateway, id)).toEqual({ tokensPerDay: "107", usdPerDay: "10.7" });
  // The vector is stored by now, or soon: it then costs no money.
  await eventually("it is cached", async () => statusOf(await embed()) === "HIT");
  expect((await usedOf(gateway, id))["usdPerDay"]).toBe("10.7");
});

test("limits of a tenant hold for all of its keys together, and change with the configuration", async () => {
  const { origin, gateway, keyWith } = await withKeys({ limits: { tenant: { tokensPerDay: 120 } } });
  const [one, other, stranger] = [await keyWith({}), await keyWith({}), await keyWith({}, "umbra")];
  expect((await asking(gateway, one.key, "a", { max_tokens: 1 })).status).toBe(200);
  expect((await asking(gateway, other.key, "b", { max_tokens: 1 })).status).toBe(200);
  expect((await asking(gateway, one.key, "c", { max_tokens: 1 })).status).toBe(429);
  expect((await asking(gateway, stranger.key, "c", { max_tokens: 1 })).status).toBe(200);
  for (const path of [
    "/v1/images/generations",
    "/v1/chat/completions/",
    "//chat/completions",
    "/v1/Chat/completions",
  ]) {
    const uncounted = await exchange(gateway.url + path, { body: question("d"), headers: bearer(stranger.key) });
    expect([uncounted.status, errorOf(uncounted).code]).toEqual([403, "path_not_allowed"]);
  }
  const { text } = await callAdmin(gateway, "/limits?tenant=acme");
  expect(JSON.parse(text)).toMatchObject({ key: [], tenant: [{ limit: "tokensPerDay", used: "100", most: "120" }] });
  const upstreams = { openai: { url: origin.url, apiKey: "sk-upstream-1" } };
  const tenant = { tokensPerDay: 1_000, usdPerDay: "1000.00" };
  gateway.reload({ ...inMemory, upstreams, tenancy: { mode: "keys" }, prices, limits: { tenant } });
  expect((await asking(gateway, one.key, "c", { max_tokens: 1 })).status).toBe(200);
  const shown = JSON.parse((await callAdmin(gateway, "/config")).text);
  expect(shown.limits).toEqual({ tenant: { tokensPerDay: 1_000, usdPerDay: "1000" }, sync: 1_000 });
});

test("without keys each combination of credentials is a tenant with limits of its own, and what passes through counts as requests", async () => {
  const origin = await runOrigin({ plan: () => ({ usage }) });
  const gateway = await runGateway(origin, { ...inMemory, limits: { tenant: { tokensPerDay: 60 } } });
  expect((await asking(gateway, "sk-one-credential", "a", { max_tokens: 1 })).status).toBe(200);
  expect((await asking(gateway, "sk-one-credential", "b", { max_tokens: 1 })).status).toBe(429);
  expect((await asking(gateway, "sk-another-credential", "b", { max_tokens: 1 })).status).toBe(200);
  const withCookie = { ...bearer("sk-one-credential"), cookie: "a=1" };
  expect((await ask(gateway, question("b", { max_tokens: 1 }), withCookie)).status).toBe(200);
  const closed = await runGateway(origin, { ...inMemory, limits: { tenant: { requestsPerMinute: 0 } } });
  const passing = await exchange(`${closed.url}/v1/models`, { headers: bearer("sk-one-credential") });
  expect([passing.status, errorOf(passing).code]).toEqual([429, "rate_limit_exceeded"]);
});

test("what an upstream says of its own account's limits does not reach whoever has limits here", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const { key } = await keyWith({ tokensPerDay: 1_000 });
  origin.plan({ usage, headers: { "x-ratelimit-remaining-tokens": "123456", "x-ratelimit-limit-requests": "9" } });
  const answer = await asking(gateway, key, "a", { max_tokens: 1 });
  expect(answer.headers["x-ratelimit-limit-tokens"]).toBe("1000");
  expect(Number(answer.headers["x-ratelimit-remaining-tokens"])).toBeLessThan(1_000);
  expect(answer.headers["x-ratelimit-limit-requests"]).toBeUndefined();
});

test("X11: a body on its way is a call under way, and one too many is turned away before it is read", async () => {
  const { origin, gateway, keyWith } = await withKeys();
  const { key, id } = await keyWith({ concurrent: 1 });
  const body = JSON.stringify(question("slow"));
  const text = requestText(chatPath, body, [`Authorization: Bearer ${key}`, "Content-Type: application/json"]);
  const [slow, second] = [await openConnection(gateway), await openConnection(gateway)];
  slow.socket.write(text.slice(0, -10));
  await eventually("it is under way", async () => (await usedOf(gateway, id))["concurrent"] === "1");
  second.socket.write(text.slice(0, -10));
  expect(await second.until(/^HTTP\/1.1 \d+/)).toMatch(/^HTTP\/1.1 429 /);
  slow.socket.write(text.slice(-10));
  expect(await slow.until(/^HTTP\/1.1 \d+/)).toMatch(/^HTTP\/1.1 200 /);
  expect(origin.callCount).toBe(1);
});

test("calls that are turned away are told in the access log, without what anybody wrote", async () => {
  const { gateway, keyWith } = await withKeys({
    telemetry: { logLevel: "silent", accessLog: { path: "access.jsonl" } },
  });
  const { key } = await keyWith({ requestsPerMinute: 0 });
  await asking(gateway, key, "a secret question");
  await gateway.close();
  const log = readFileSync(join(gateway.folder, "access.jsonl"), "utf8");
  expect(JSON.parse(log)).toMatchObject({ status: 429 });
  expect(log).toContain("rate_limit_exceeded");
  expect(log).not.toContain("secret question");
});

test("the use of limits is asked for by a key or a tenant that there is", async () => {
  const { gateway } = await withKeys();
  expect((await callAdmin(gateway, "/limits")).status).toBe(400);
  expect((await callAdmin(gateway, "/limits?key=a&tenant=b")).status).toBe(400);
  expect((await callAdmin(gateway, "/limits?key=nowhere")).status).toBe(404);
  const { text } = await callAdmin(gateway, "/limits?tenant=nobody");
  expect(JSON.parse(text)).toEqual({ key: [], tenant: [] });
});
