import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runBoth, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

/** Named system prompts: set by the admin API, referred to by calls of real SDKs, or recognised in them. */

const text = "You answer the guests of a hotel.\nBe kind, and say “I do not know” where you do not.";
const system = { role: "system" as const, content: text };
const user = { role: "user" as const, content: "When is breakfast?" };
const by = (reference: string) => ({ "x-ai-prompt": reference });

async function put(gateway: RunningGateway, name: string, body: object) {
  const { status, text } = await callAdmin(gateway, `/prompts/${name}`, { method: "PUT", body });
  return { status, ...JSON.parse(text) };
}

async function get(gateway: RunningGateway, path: string) {
  const { status, text } = await callAdmin(gateway, path);
  return { status, ...JSON.parse(text) };
}

const lastCall = ({ calls }: ScriptedOrigin) => calls.at(-1);
const bodyOf = (origin: ScriptedOrigin) => Buffer.from(lastCall(origin)?.body ?? []).toString();

describe("calls that refer to a registered prompt", () => {
  test("from OpenAI's SDK: the same wire, key and answer as with the text in them, streams too", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    expect(await put(gateway, "hotel", { text })).toMatchObject({
      status: 200,
      version: "1",
      isNew: true,
      findings: [],
    });
    const client = new OpenAI({ apiKey: "k", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const refer = { headers: by("hotel@1") };
    const asked = await client.chat.completions.create({ model: "m", messages: [user] }, refer).withResponse();
    expect(asked.response.headers.get("x-ai-cache-status")).toBe("MISS");
    expect(JSON.parse(bodyOf(origin)).messages).toEqual([system, user]);
    expect(lastCall(origin)?.headers).not.toHaveProperty("x-ai-prompt");
    const sent = bodyOf(origin);
    const written = await client.chat.completions.create({ model: "m", messages: [system, user] }).withResponse();
    expect(written.response.headers.get("x-ai-cache-status")).toBe("HIT");
    expect(written.data.choices).toEqual(asked.data.choices);
    const stream = await client.chat.completions.create(
      { model: "m", messages: [user], stream: true },
      { headers: by("hotel") },
    );
    let streamed = "";
    for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? "";
    expect(streamed).toBe(asked.data.choices[0]?.message.content);
    expect(origin.callCount).toBe(1);
    // What the origin gets is the same to the byte.
    const fresh = { "cache-control": "no-store" };
    await ask(gateway, { model: "m", messages: [system, user] }, { ...bearer("k"), ...fresh });
    expect(bodyOf(origin)).toBe(sent);
    await ask(gateway, { model: "m", messages: [user] }, { ...bearer("k"), ...fresh, ...by("hotel") });
    expect(bodyOf(origin)).toBe(sent);
    const response = await client.responses.create({ model: "m", input: "Hi" }, refer).withResponse();
    expect(JSON.parse(bodyOf(origin))).toMatchObject({ instructions: text, input: "Hi" });
    expect(response.response.headers.get("x-ai-cache-status")).toBe("MISS");
    await client.completions.create({ model: "m", prompt: " Guest:" }, refer);
    expect(JSON.parse(bodyOf(origin)).prompt).toBe(`${text} Guest:`);
  });

  test("from Anthropic's SDK and to Gemini, before what the call says itself", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    await put(gateway, "hotel", { text, version: "summer" });
    const client = new Anthropic({ apiKey: "k", baseURL: gateway.url, maxRetries: 0 });
    const base = { model: "claude-sonnet-4-6", max_tokens: 9, messages: [user] };
    await client.messages.create(base, { headers: by("hotel@summer") });
    expect(JSON.parse(bodyOf(origin)).system).toBe(text);
    await client.messages.create({ ...base, system: "Rhyme." }, { headers: by("hotel") });
    expect(JSON.parse(bodyOf(origin)).system).toEqual([
      { type: "text", text },
      { type: "text", text: "Rhyme." },
    ]);
    const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
    const url = `${gateway.url}/v1beta/models/gemini-2.5-flash:generateContent`;
    await exchange(url, { body: { contents }, headers: { "x-goog-api-key": "k", ...by("hotel") } });
    expect(JSON.parse(bodyOf(origin)).systemInstruction).toEqual({ parts: [{ text }] });
  });

  test("mean the newest version by the name, after a restart as well; a deleted one is gone for good", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    const first = await runGateway(origin, {}, folder);
    await put(first, "hotel", { text });
    expect(await put(first, "hotel", { text: "Be brief." })).toMatchObject({ version: "2" });
    expect(await put(first, "hotel", { text: "Be brief." })).toMatchObject({ version: "2", isNew: false });
    await first.close();
    const gateway = await runGateway(origin, {}, folder);
    await ask(gateway, question(), by("hotel"));
    expect(JSON.parse(bodyOf(origin)).messages[0]).toEqual({ role: "system", content: "Be brief." });
    expect((await callAdmin(gateway, "/prompts/hotel?version=2", { method: "DELETE" })).status).toBe(200);
    await ask(gateway, question(), by("hotel"));
    expect(JSON.parse(bodyOf(origin)).messages[0]).toEqual(system);
    const gone = await ask(gateway, question(), by("hotel@2"));
    expect([gone.status, JSON.parse(gone.text).error.code]).toEqual([410, "prompt_deleted"]);
    expect((await get(gateway, "/prompts/hotel?version=2")).status).toBe(410);
    expect(await put(gateway, "hotel", { text: "Be brief.", version: "2" })).toMatchObject({
      status: 409,
      code: "version_deleted",
    });
  });

  test("to one that is not there are refused, with what is near, and nothing is sent", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    await put(gateway, "hotel", { text });
    const refused = async (reference: string, path = "/v1/chat/completions", body: object = question()) => {
      const { status, text } = await exchange(gateway.url + path, { body, headers: by(reference) });
      return [status, JSON.parse(text).error.message];
    };
    expect(await refused("hotle")).toEqual([400, expect.stringContaining("near to it: hotel.")]);
    expect(await refused("hotel@7")).toEqual([400, expect.stringContaining("near to it: hotel@1.")]);
    expect(await refused("../hotel")).toEqual([400, expect.stringContaining("must be the name")]);
    expect(await refused("hotel@")).toEqual([400, expect.stringContaining("must be the name")]);
    expect(await refused("hotel", "/v1/embeddings", { model: "m", input: "a" })).toEqual([
      400,
      expect.stringContaining("no system prompt"),
    ]);
    expect(await refused("hotel", "/v1/messages/count_tokens", {})).toEqual([
      400,
      expect.stringContaining("passes through"),
    ]);
    expect(await refused("hotel", "/v1/completions", { model: "m", prompt: [[1, 2]] })).toEqual([
      400,
      expect.stringContaining("'prompt'"),
    ]);
    // Caches that know the method keep its answers by the body alone.
    const headers = { ...by("hotel"), "content-type": "application/json" };
    const query = { method: "QUERY", body: question(), headers };
    expect((await exchange(`${gateway.url}/v1/chat/completions`, query)).text).toContain("cannot stand in a QUERY");
    expect(origin.callCount).toBe(0);
    const { calls, requests } = await get(gateway, "/stats");
    expect(calls).toBe(requests.error);
  });

  test("of a tenant's own are nobody else's", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    await ask(gateway, question(), bearer("one"));
    const [{ tenant }] = (await get(gateway, "/tenants")).tenants;
    await put(gateway, "secret", { text, tenant });
    const own = await ask(gateway, question(), { ...bearer("one"), ...by("secret") });
    expect(own.status).toBe(200);
    expect(JSON.parse(bodyOf(origin)).messages[0]).toEqual(system);
    const others = await ask(gateway, question(), { ...bearer("two"), ...by("secre") });
    expect(others.status).toBe(400);
    expect(others.text).not.toContain("secret");
    expect((await ask(gateway, question(), { ...bearer("two"), ...by("secret") })).status).toBe(400);
  });
});

describe("the admin API of prompts", () => {
  test("tells how many calls begin with each, whether they refer to it or not, and what the lint says", async () => {
    const { gateway } = await runBoth(inMemory);
    await put(gateway, "hotel", { text });
    await put(gateway, "motel", { text: text.replace("hotel", "motel") });
    await ask(gateway, question(), by("hotel"));
    await ask(gateway, { model: "m", messages: [system, user] });
    const again = await ask(gateway, { model: "m", messages: [system, user] });
    expect(statusOf(again)).toBe("HIT");
    await ask(gateway, question());
    const { calls, prompts, findings } = await get(gateway, "/prompts");
    expect(calls).toBe(4);
    expect(prompts).toMatchObject([
      {
        name: "hotel",
        newest: "1",
        calls: 3,
        share: 0.75,
        versions: [{ version: "1", bytes: Buffer.byteLength(text) }],
      },
      { name: "motel", calls: 0, share: 0 },
    ]);
    expect(findings).toMatchObject([{ kind: "near-duplicate", prompts: ["hotel@1", "motel@1"], byte: 27 }]);
    expect((await get(gateway, "/stats?window=1h")).prompts).toEqual({ "hotel@1": 3 });
    // A prompt that comes later is recognised in calls that were known before.
    await put(gateway, "longer", { text: `${text} Be brief.` });
    const longer = { model: "m", messages: [{ ...system, content: `${text} Be brief. Today too.` }, user] };
    await ask(gateway, longer);
    await put(gateway, "longest", { text: `${text} Be brief. Today` });
    await ask(gateway, longer);
    expect((await get(gateway, "/stats?window=1h")).prompts).toEqual({ "hotel@1": 3, "longer@1": 1, "longest@1": 1 });
  });

  test("refuses what breaks a rule, and says which", async () => {
    const { gateway } = await runBoth(inMemory);
    const wrong = async (name: string, body: object | string | Uint8Array) => {
      const { status, text } = await callAdmin(gateway, `/prompts/${name}`, { method: "PUT", body });
      const { code, path } = JSON.parse(text);
      return [status, code, path];
    };
    await put(gateway, "hotel", { text, version: "1" });
    expect(await wrong("hotel", { text: "another", version: "1" })).toEqual([409, "version_exists", undefined]);
    expect(await wrong("..%2fhotel", { text })).toEqual([400, "invalid_request", "name"]);
    expect(await wrong(".hotel", { text })).toEqual([400, "invalid_request", "name"]);
    expect(await wrong("Hotel", { text })).toEqual([400, "invalid_request", "name"]);
    expect(await wrong("hotel", { text, version: "a/b" })).toEqual([400, "invalid_request", "version"]);
    expect(await wrong("hotel", { text: "" })).toEqual([400, "invalid_request", "text"]);
    expect(await wrong("hotel", { text, label: "x" })).toEqual([400, "invalid_request", "label"]);
    expect(await wrong("hotel", { text: "é".repeat(131_073) })).toEqual([413, "prompt_too_large", undefined]);
    const notUtf8 = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect((await wrong("hotel", notUtf8)).slice(0, 2)).toEqual([400, "invalid_json"]);
    expect((await wrong("hotel", '{"text":"\\ud800"}')).slice(0, 2)).toEqual([400, "invalid_json"]);
    // The name may stand in the body and in the query as well.
    const named = { method: "PUT", body: { name: "motel", text } };
    expect(JSON.parse((await callAdmin(gateway, "/prompts", named)).text)).toMatchObject({
      name: "motel",
      version: "1",
    });
    expect((await callAdmin(gateway, "/prompts?name=motel&version=1", { method: "DELETE" })).status).toBe(200);
    expect((await get(gateway, "/prompts/motel")).status).toBe(410);
    expect((await callAdmin(gateway, "/prompts", { method: "DELETE" })).status).toBe(400);
    expect((await get(gateway, "/prompts/nobody")).status).toBe(404);
    expect((await callAdmin(gateway, "/prompts/nobody", { method: "DELETE" })).status).toBe(404);
    expect(await get(gateway, "/prompts/hotel")).toMatchObject({ version: "1", text });
  });
});
