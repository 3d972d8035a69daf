import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { expect, onTestFinished, test } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin, tokenOf } from "./admin-call.ts";
import { ask, bearer, contentOf, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** Virtual keys as clients use them: through official SDKs, and by hand. */

interface MadeKey {
  readonly key: string;
  readonly id: string;
}

async function makeKey(gateway: RunningGateway, wish: object): Promise<MadeKey> {
  const { status, text } = await callAdmin(gateway, "/keys", { body: wish });
  expect([status, status === 200 ? "" : text]).toEqual([200, ""]);
  return JSON.parse(text);
}

const upstreamKeys = { openai: "sk-upstream-1", anthropic: "sk-ant-upstream-2", gemini: "AIza-upstream-3" } as const;

async function runWithKeys(more: object = {}): Promise<{ origin: ScriptedOrigin; gateway: RunningGateway }> {
  const origin = await runOrigin();
  const { url } = origin;
  const upstreams = {
    openai: { url, apiKey: upstreamKeys.openai },
    anthropic: { url, protocol: "anthropic", apiKey: upstreamKeys.anthropic },
    gemini: { url: url.replace(/\/v1$/, ""), protocol: "gemini", apiKey: upstreamKeys.gemini },
  };
  const gateway = await runGateway(origin, { ...inMemory, upstreams, tenancy: { mode: "keys" }, ...more });
  return { origin, gateway };
}

/** The same question by each SDK, which sends the key where its provider wants it. */
function clientsOf({ url }: RunningGateway, apiKey: string) {
  const messages = [{ role: "user" as const, content: "Tell me of the sea" }];
  const options = { apiKey, maxRetries: 0 };
  return {
    openai: async () => {
      const client = new OpenAI({ ...options, baseURL: `${url}/v1` });
      const done = await client.chat.completions.create({ model: "gpt-4o", messages });
      return done.choices[0]?.message.content ?? "";
    },
    anthropic: async () => {
      const client = new Anthropic({ ...options, authToken: null, baseURL: url });
      const done = await client.messages.create({ model: "claude-sonnet-4-6", max_tokens: 64, messages });
      const [first] = done.content;
      return first?.type === "text" ? first.text : "";
    },
    gemini: async () => {
      const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
      const done = await client.models.generateContent({ model: "gemini-2.5-flash", contents: "Tell me of the sea" });
      return done.text ?? "";
    },
  };
}

const credentialFields = ["authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie"] as const;

test("official SDKs with virtual keys: tenants share nothing, users of a tenant do, and the upstream sees its own key alone", async () => {
  const { origin, gateway } = await runWithKeys({
    telemetry: { logLevel: "silent", accessLog: { path: "access.jsonl", content: "full" } },
  });
  const [ann, bob, other] = await Promise.all([
    makeKey(gateway, { tenant: "acme", user: "ann" }),
    makeKey(gateway, { tenant: "acme", user: "bob" }),
    makeKey(gateway, { tenant: "umbra" }),
  ]);
  for (const name of ["openai", "anthropic", "gemini"] as const) {
    origin.reset();
    const first = await clientsOf(gateway, ann.key)[name]();
    expect(origin.callCount).toBe(1);
    expect(await clientsOf(gateway, bob.key)[name]()).toBe(first);
    expect(origin.callCount).toBe(1);
    await clientsOf(gateway, other.key)[name]();
    expect(origin.callCount).toBe(2);
    for (const { headers, path } of origin.calls) {
      const shown = credentialFields.flatMap((field) => headers[field] ?? []);
      expect(shown).toEqual([name === "openai" ? `Bearer ${upstreamKeys.openai}` : upstreamKeys[name]]);
      expect(JSON.stringify(headers) + path).not.toContain("rpr_");
    }
  }
  await gateway.close();
  const log = readFileSync(join(gateway.folder, "access.jsonl"), "utf8");
  expect(log.trim().split("\n")).toHaveLength(9);
  expect(log).toContain("Tell me of the sea");
  for (const secret of [ann, bob, other].map(({ key }) => key.split("_")[3] as string))
    expect(log).not.toContain(secret);
  for (const secret of Object.values(upstreamKeys)) expect(log).not.toContain(secret);
});

test("a key that is not taken is refused in the words of each protocol, before the cache is asked, and without a reason", async () => {
  const { origin, gateway } = await runWithKeys();
  const { key, id } = await makeKey(gateway, { tenant: "acme" });
  const clients = clientsOf(gateway, key);
  for (const call of Object.values(clients)) await call();
  await callAdmin(gateway, `/keys/${id}`, { method: "DELETE" });
  const asked = origin.callCount;
  for (const call of [clients.openai, clients.anthropic])
    await expect(call()).rejects.toMatchObject({
      status: 401,
      name: expect.stringMatching(/^(AuthenticationError|Error)$/),
    });
  await expect(clients.openai()).rejects.toThrow(OpenAI.AuthenticationError);
  await expect(clients.anthropic()).rejects.toThrow(Anthropic.AuthenticationError);
  await expect(clients.gemini()).rejects.toMatchObject({ status: 401 });
  const told = async (shown: string, path: string) => {
    const answer = await exchange(gateway.url + path, { body: question(), headers: bearer(shown) });
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="reprise"');
    expect(answer.headers["cache-control"]).toBe("private, no-store");
    return [answer.status, answer.text];
  };
  const forms = {
    "/v1/chat/completions": /^\{"error":\{"message":".*","type":"[a-z_]+","param":null,"code":"invalid_api_key"\}\}$/,
    "/v1/embeddings": /"code":"invalid_api_key"/,
    "/v1/messages": /"type":"error","error":\{"type":"authentication_error"/,
    "/v1/messages/batches": /"type":"error","error":\{"type":"authentication_error"/,
    "/u/anthropic/v1/files": /"type":"error","error":\{"type":"authentication_error"/,
    "/v1beta/models/gemini-2.5-flash:generateContent": /"status":"UNAUTHENTICATED"/,
    "/v1beta/files": /"status":"UNAUTHENTICATED"/,
    "/v1/images/generations": /"code":"invalid_api_key"/,
    "/u/nowhere/v1/models": /"code":"invalid_api_key"/,
  };
  for (const [path, form] of Object.entries(forms)) {
    const revoked = await told(key, path);
    expect([path, revoked[0], form.test(String(revoked[1]))]).toEqual([path, 401, true]);
    // Nor is it told whether a guess at the admin token was right.
    for (const shown of ["", "sk-unknown", key.slice(0, -1), key.toUpperCase(), tokenOf(gateway)])
      expect([path, await told(shown, path)]).toEqual([path, revoked]);
  }
  expect(origin.callCount).toBe(asked);
  const { text: metrics } = await exchange(`${gateway.url}/metrics`);
  expect(metrics).toMatch(/reprise_auth_refusals_total\{reason="revoked"\} \d/);
  expect(metrics).not.toContain("rpr_");
});

test("what passes through is let in by a key as well, and gets the credential of its upstream", async () => {
  const { origin, gateway } = await runWithKeys();
  const { key } = await makeKey(gateway, { tenant: "acme" });
  const { key: some } = await makeKey(gateway, { tenant: "acme", models: ["gpt-4o*"] });
  const through = (path: string, shown: string, body?: object) =>
    exchange(gateway.url + path, {
      headers: { "x-api-key": shown, cookie: "a=1", "x-mine": "1" },
      ...(body && { body }),
    });
  expect((await through("/v1/images/generations", key, { prompt: "p" })).status).toBe(200);
  expect((await through("/v1/messages/batches", key)).status).toBe(200);
  const [images, batches] = origin.calls;
  expect(images?.headers).toMatchObject({ authorization: `Bearer ${upstreamKeys.openai}`, "x-mine": "1" });
  expect(batches?.headers).toMatchObject({ "x-api-key": upstreamKeys.anthropic });
  for (const call of [images, batches]) {
    expect(call?.headers["cookie"]).toBeUndefined();
    expect(JSON.stringify(call?.headers)).not.toContain("rpr_");
  }
  expect((await through("/v1/models", some)).status).toBe(200);
  const refused = await through("/v1/images/generations", some, { model: "gpt-4o", prompt: "p" });
  expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([403, "path_not_allowed"]);
});

test("a key is for its models, its user and its layers, also where the answer is cached", async () => {
  const { origin, gateway } = await runWithKeys({ layers: { exact: { perUser: true }, semantic: { mode: "off" } } });
  const { key } = await makeKey(gateway, { tenant: "acme", user: "ann" });
  const { key: some } = await makeKey(gateway, { tenant: "acme", user: "bob", models: ["scripted-small", "o*"] });
  const { key: none } = await makeKey(gateway, { tenant: "acme", user: "cyd", layers: ["prefix"] });
  const asked = (shown: string, fields: object = {}, headers = {}) =>
    ask(gateway, question("Of the sea", fields), { ...bearer(shown), ...headers });
  expect(statusOf(await asked(key))).toBe("MISS");
  expect(statusOf(await asked(key))).toBe("HIT");
  const refused = await asked(some);
  expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([403, "model_not_allowed"]);
  expect(refused.text).toContain("scripted-small");
  expect((await asked(some, { model: "scripted-small" })).status).toBe(200);
  // Nobody is another user by saying so.
  expect(statusOf(await asked(some, { model: "scripted-small", user: "ann" }, { "x-ai-user": "ann" }))).toBe("HIT");
  const before = origin.callCount;
  for (let count = 0; count < 2; count++) expect((await asked(none)).status).toBe(200);
  expect(origin.callCount).toBe(before + 2);
});

test("a namespace never crosses a tenant, whatever it is called", async () => {
  const { origin, gateway } = await runWithKeys();
  const keys = { acme: await makeKey(gateway, { tenant: "acme" }), umbra: await makeKey(gateway, { tenant: "umbra" }) };
  const names = ["", "acme", "umbra", "acme:umbra", "tenant:acme"];
  const seen = new Map<string, number>();
  for (let round = 0; round < 2; round++)
    for (const [tenant, { key }] of Object.entries(keys))
      for (const name of names) {
        const namespace = name === "" ? {} : { "x-ai-cache-namespace": name };
        const answer = await ask(gateway, question(), { ...bearer(key), ...namespace });
        expect([tenant, name, round, statusOf(answer)]).toEqual([tenant, name, round, round === 0 ? "MISS" : "HIT"]);
        seen.set(String(answer.headers["x-ai-cache-entry"]), 1);
      }
  expect(origin.callCount).toBe(2 * names.length);
  expect(seen.size).toBe(2 * names.length);
  for (const entry of seen.keys()) expect(entry).toMatch(/^(acme|umbra):/);
});

test("rotated, the text before is taken until its time is over; what is listed lets nobody in", async () => {
  const { gateway } = await runWithKeys();
  const made = await makeKey(gateway, {
    ...{
      tenant: "acme",
      name: "batch",
      note: "of the night",
      models: ["scripted-*"],
      layers: ["exact"],
      expires: "30d",
    },
    limits: { usdPerDay: "0.25", requestsPerMinute: 100 },
  });
  const rotate = async (overlap: string) =>
    JSON.parse((await callAdmin(gateway, `/keys/${made.id}/rotate`, { body: { overlap } })).text) as MadeKey;
  const statusesOf = (made: readonly MadeKey[]) =>
    Promise.all(made.map(async ({ key }) => (await ask(gateway, question(), bearer(key))).status));
  const second = await rotate("1h");
  expect(await statusesOf([made, second])).toEqual([200, 200]);
  const third = await rotate("0");
  expect(await statusesOf([made, second, third])).toEqual([401, 401, 200]);
  const { text } = await callAdmin(gateway, "/keys?tenant=acme");
  const { mode, keys } = JSON.parse(text);
  expect(mode).toBe("keys");
  expect(keys).toEqual([
    {
      ...{ id: made.id, state: "live", tenant: "acme", name: "batch", note: "of the night" },
      ...{ models: ["scripted-*"], layers: ["exact"] },
      limits: { usdPerDay: "0.25", requestsPerMinute: 100 },
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
    },
  ]);
  for (const { key } of [made, second, third]) expect(text).not.toContain(key.split("_")[3]);
  expect(JSON.parse((await callAdmin(gateway, "/keys?tenant=umbra")).text).keys).toEqual([]);
  await callAdmin(gateway, `/keys?id=${made.id}`, { method: "DELETE" });
  expect((await callAdmin(gateway, `/keys/${made.id}/rotate`, { body: {} })).status).toBe(409);
  expect((await callAdmin(gateway, "/keys/000000000000", { method: "DELETE" })).status).toBe(404);
});

test("a wish for a key that breaks a rule is refused at its place", async () => {
  const { gateway } = await runWithKeys();
  const wishes = [
    [{}, "tenant"],
    [{ tenant: "anonymous" }, "tenant"],
    [{ tenant: "a b" }, "tenant"],
    [{ tenant: "acme", user: "" }, "user"],
    [{ tenant: "acme", models: [] }, "models"],
    [{ tenant: "acme", layers: ["all"] }, "layers.0"],
    [{ tenant: "acme", limits: { usdPerDay: 5 } }, "limits"],
    [{ tenant: "acme", limits: { perDay: 5 } }, "limits"],
    [{ tenant: "acme", expires: "soon" }, "expires"],
    [{ tenant: "acme", expires: "2001-01-01T00:00:00Z" }, "expires"],
    [{ tenant: "acme", secret: "mine" }, "secret"],
  ] as const;
  for (const [wish, path] of wishes) {
    const { status, text } = await callAdmin(gateway, "/keys", { body: wish });
    expect([wish, status, JSON.parse(text).path]).toEqual([wish, 400, path]);
  }
});

test("a prompt that is published and asked anew is let in by a key as any caller is", async () => {
  const { origin, gateway } = await runWithKeys();
  const { key, id } = await makeKey(gateway, { tenant: "acme", models: ["scripted-large"] });
  const publish = (headers: object, fields = {}) => {
    const prompt = { path: "/v1/chat/completions", body: question("The news?", fields), every: "1h", headers };
    return callAdmin(gateway, "/answers", { body: { slug: "news", title: "News", language: "en", prompt } });
  };
  const fromEnvironment = { "x-api-key": "$" + "{NEWS_KEY}" };
  process.env["NEWS_KEY"] = key;
  onTestFinished(() => void delete process.env["NEWS_KEY"]);
  expect((await publish(fromEnvironment)).status).toBe(200);
  const [call] = origin.calls;
  expect(call?.headers).toMatchObject({ authorization: `Bearer ${upstreamKeys.openai}` });
  expect(JSON.stringify(call?.headers)).not.toContain("rpr_");
  const refused = await publish(fromEnvironment, { model: "scripted-small" });
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("other models")]);
  await callAdmin(gateway, `/keys/${id}`, { method: "DELETE" });
  for (const headers of [{}, fromEnvironment]) {
    const { status, text } = await publish(headers);
    expect([status, text]).toEqual([400, expect.stringContaining("no API key that is taken")]);
  }
  expect(origin.callCount).toBe(1);
});

test("no answer of the gateway holds a key", async () => {
  const origin = await runOrigin();
  const upstreams = { main: { url: origin.url, apiKey: upstreamKeys.openai } };
  const gateway = await runGateway(origin, { ...inMemory, upstreams, tenancy: { mode: "keys" } });
  const { key } = await makeKey(gateway, { tenant: "acme" });
  await ask(gateway, question(), bearer(key));
  await ask(gateway, question(), { ...bearer(key), "x-api-key": key });
  for (const path of ["/entries", "/tenants", "/config", "/stats", "/keys"]) {
    const { text } = await callAdmin(gateway, path);
    for (const secret of [key.split("_")[3] as string, upstreamKeys.openai])
      expect([path, text.includes(secret)]).toEqual([path, false]);
  }
  expect(contentOf(await ask(gateway, question(), bearer(key)))).not.toContain(key);
});
