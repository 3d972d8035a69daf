import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { generateText, streamText, wrapLanguageModel } from "ai";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";
import { type LanguageModelCacheOptions, languageModelCache } from "./ai-sdk.ts";

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
};
const stop = { unified: "stop", raw: "stop" } as const;
const timestamp = new Date("2026-01-02T03:04:05Z");

const whole: LanguageModelV4GenerateResult = {
  content: [
    { type: "reasoning", text: "think", providerMetadata: { p: { signature: "s" } } },
    { type: "text", text: "Hello world", providerMetadata: { p: { itemId: "1" } } },
    { type: "source", sourceType: "url", id: "src", url: "https://example.com" },
    { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1, 2, 255]) } },
    { type: "tool-call", toolCallId: "call-1", toolName: "weather", input: '{"city":"Athens"}' },
  ],
  finishReason: { unified: "tool-calls", raw: "tool_calls" },
  usage,
  providerMetadata: { p: { fingerprint: "f" } },
  warnings: [{ type: "other", message: "careful" }],
  request: { body: "what was sent" },
  response: {
    id: "r",
    modelId: "m-1",
    timestamp,
    headers: { "x-a": "1", "set-cookie": "secret" },
    body: { raw: true },
  },
};
const streamed: LanguageModelV4StreamPart[] = [
  { type: "stream-start", warnings: [{ type: "other", message: "careful" }] },
  { type: "response-metadata", id: "r", modelId: "m-1", timestamp },
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: "Hello " },
  { type: "text-delta", id: "t", delta: "world" },
  { type: "text-end", id: "t" },
  { type: "finish", finishReason: stop, usage, providerMetadata: { p: { fingerprint: "f" } } },
];
const prompt: LanguageModelV4CallOptions = { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] };
const weather = { type: "function", name: "weather", inputSchema: { type: "object" } } as const;

class ScriptedModel implements LanguageModelV4 {
  readonly specificationVersion = "v4";
  readonly provider = "scripted";
  readonly modelId = "m-1";
  readonly supportedUrls = {};
  readonly signals: (AbortSignal | undefined)[] = [];
  result = whole;
  parts = streamed;
  gate = Promise.resolve();
  fails: Error | undefined;
  get calls() {
    return this.signals.length;
  }
  async doGenerate(options: LanguageModelV4CallOptions) {
    this.signals.push(options.abortSignal);
    await this.gate;
    if (this.fails) throw this.fails;
    return structuredClone(this.result);
  }
  async doStream(options: LanguageModelV4CallOptions) {
    this.signals.push(options.abortSignal);
    if (this.fails) throw this.fails;
    const parts = [...this.parts];
    const half = Math.floor(parts.length / 2);
    const stream = new ReadableStream<LanguageModelV4StreamPart>({
      pull: async (controller) => {
        if (parts.length === half) await this.gate;
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    });
    return { stream, response: { headers: { "x-a": "1" } } };
  }
}

async function setUp(options: LanguageModelCacheOptions = {}) {
  const cache = await createCache();
  onTestFinished(() => cache.close());
  const inner = new ScriptedModel();
  const model = wrapLanguageModel({ model: inner, middleware: languageModelCache(cache, options) });
  return { cache, inner, model };
}

async function all(stream: ReadableStream<LanguageModelV4StreamPart>) {
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
const status = (result: { response?: { headers?: Record<string, string> | undefined } | undefined }) =>
  result.response?.headers?.["x-ai-cache-status"];
const tools = { ...prompt, tools: [weather] };

describe("languageModelCache", () => {
  it("answers a repeated call with the same answer: reasoning, files, dates, tool calls, usage, warnings", async () => {
    const { inner, model } = await setUp();
    const first = await model.doGenerate(tools);
    const second = await model.doGenerate(tools);
    expect([status(first), status(second)]).toEqual(["MISS", "HIT"]);
    expect(inner.calls).toBe(1);
    const { request: _, response, ...answer } = whole;
    expect(second).toEqual({
      ...answer,
      response: { id: "r", modelId: "m-1", timestamp, headers: { "x-a": "1", "x-ai-cache-status": "HIT" } },
    });
    expect(first.request).toEqual(whole.request);
    expect(first.response?.body).toEqual(response?.body);
    second.content.length = 0;
    expect((await model.doGenerate(tools)).content).toEqual(whole.content);
  });

  it("replays a stream part by part, and as a result", async () => {
    const { inner, model } = await setUp();
    expect(await all((await model.doStream(prompt)).stream)).toEqual(streamed);
    const again = await model.doStream(prompt);
    expect(status(again)).toBe("HIT");
    expect(await all(again.stream)).toEqual(streamed);
    const result = await model.doGenerate(prompt);
    expect(result).toEqual({
      content: [{ type: "text", text: "Hello world" }],
      finishReason: stop,
      usage,
      providerMetadata: { p: { fingerprint: "f" } },
      warnings: [{ type: "other", message: "careful" }],
      response: { id: "r", modelId: "m-1", timestamp, headers: { "x-a": "1", "x-ai-cache-status": "HIT" } },
    });
    expect(inner.calls).toBe(1);
  });

  it("replays a result as a stream that adds up to it", async () => {
    const { inner, model } = await setUp();
    await model.doGenerate(tools);
    const parts = await all((await model.doStream(tools)).stream);
    expect(parts.map(({ type }) => type).join(" ")).toBe(
      "stream-start response-metadata reasoning-start reasoning-delta reasoning-end text-start text-delta text-end " +
        "source file tool-input-start tool-input-delta tool-input-end tool-call finish",
    );
    const ids = parts.flatMap((part) => ("id" in part && part.type !== "response-metadata" ? [part.id] : []));
    expect(ids).toEqual(["0", "0", "0", "1", "1", "1", "src", "call-1", "call-1", "call-1"]);
    expect(inner.calls).toBe(1);
  });

  it("gives streams their own entry where a result says what a stream cannot", async () => {
    const { inner, model } = await setUp();
    inner.result = { ...whole, content: [{ type: "text", text: "a" }], finishReason: stop, structuredOutputText: "b" };
    await model.doGenerate(prompt);
    expect(await all((await model.doStream(prompt)).stream)).toEqual(streamed);
    expect(await all((await model.doStream(prompt)).stream)).toEqual(streamed);
    expect((await model.doGenerate(prompt)).structuredOutputText).toBe("b");
    expect(inner.calls).toBe(2);
  });

  it("works beneath generateText and streamText", async () => {
    const { inner, model } = await setUp();
    const texts = [];
    for (let count = 0; count < 2; count++) texts.push((await streamText({ model, prompt: "Hi" }).text) as string);
    texts.push((await generateText({ model, prompt: "Hi" })).text);
    expect(texts).toEqual(["Hello world", "Hello world", "Hello world"]);
    expect(inner.calls).toBe(1);
  });

  it.each<[string, Partial<LanguageModelV4GenerateResult>, Partial<LanguageModelV4CallOptions>]>([
    ["ran into its limit", { finishReason: { unified: "length", raw: "length" } }, {}],
    ["was filtered", { finishReason: { unified: "content-filter", raw: "x" } }, {}],
    ["ended in an error", { finishReason: { unified: "error", raw: "x" } }, {}],
    ["was interrupted", { finishReason: { unified: "interrupted", raw: "x" } }, {}],
    ["is empty", { content: [] }, {}],
    ["is not the JSON that was asked for", {}, { responseFormat: { type: "json" } }],
    [
      "does not match the schema",
      { content: [{ type: "text", text: "[1]" }] },
      { responseFormat: { type: "json", schema: { type: "object" } } },
    ],
    [
      "calls a tool with broken arguments",
      { content: [{ type: "tool-call", toolCallId: "1", toolName: "weather", input: '{"city":' }] },
      { tools: [weather] },
    ],
  ])("keeps no answer that %s, and hands it on", async (_, change, params) => {
    const { inner, model } = await setUp();
    inner.result = { ...whole, content: [{ type: "text", text: "not JSON" }], finishReason: stop, ...change };
    for (let count = 1; count <= 2; count++) {
      expect((await model.doGenerate({ ...prompt, ...params })).content).toEqual(inner.result.content);
      expect(inner.calls).toBe(count);
    }
  });

  it("keeps no stream that broke off or reported an error (the defect of caching what has come so far)", async () => {
    const { inner, model } = await setUp();
    inner.parts = streamed.slice(0, -1);
    await expect(all((await model.doStream(prompt)).stream)).resolves.toEqual(inner.parts);
    const failure: LanguageModelV4StreamPart = { type: "error", error: new Error("overloaded") };
    inner.parts = [...streamed.slice(0, 3), failure, ...streamed.slice(3)];
    expect((await all((await model.doStream(prompt)).stream))[3]).toEqual(failure);
    inner.parts = streamed;
    expect(status(await model.doStream(prompt))).toBe("MISS");
    expect(inner.calls).toBe(3);
  });

  it("does not keep an error", async () => {
    const { inner, model } = await setUp();
    inner.fails = new Error("down");
    await expect(model.doGenerate(prompt)).rejects.toThrow("down");
    await expect(model.doStream(prompt)).rejects.toThrow("down");
    inner.fails = undefined;
    expect(status(await model.doGenerate({ ...prompt, tools: [weather] }))).toBe("MISS");
  });

  it("shares one call among all who ask at once, streams live and from the start", async () => {
    const { inner, model } = await setUp();
    const gate = Promise.withResolvers<void>();
    inner.gate = gate.promise;
    const streams = await Promise.all(Array.from({ length: 10 }, () => model.doStream(prompt)));
    const result = model.doGenerate(prompt);
    const readers = streams.map(({ stream }) => stream.getReader());
    // The second half is still to come, so what is read here is live.
    for (const reader of readers) expect((await reader.read()).value).toEqual(streamed[0]);
    gate.resolve();
    for (const reader of readers) {
      const rest = [];
      for (let step = await reader.read(); !step.done; step = await reader.read()) rest.push(step.value);
      expect(rest).toEqual(streamed.slice(1));
    }
    expect(status(await result)).toBe("COALESCED");
    expect(streams.map(status).sort()).toEqual([...Array(9).fill("COALESCED"), "MISS"]);
    expect(inner.calls).toBe(1);
  });

  it("lets one leave without harm to the others, and aborts the model when all have left", async () => {
    const { inner, model } = await setUp();
    const gate = Promise.withResolvers<void>();
    inner.gate = gate.promise;
    const [one, other] = [new AbortController(), new AbortController()];
    const streams = await Promise.all(
      [one, other].map(({ signal }) => model.doStream({ ...prompt, abortSignal: signal })),
    );
    one.abort(new Error("enough"));
    await expect(all(streams[0]!.stream)).rejects.toThrow("enough");
    expect(inner.signals[0]?.aborted).toBe(false);
    other.abort(new Error("enough"));
    await expect(all(streams[1]!.stream)).rejects.toThrow("enough");
    expect(inner.signals[0]?.aborted).toBe(true);
    inner.gate = Promise.resolve();
    expect(await all((await model.doStream(prompt)).stream)).toEqual(streamed);
    gate.resolve();
    expect(inner.calls).toBe(2);
    await expect(model.doGenerate({ ...prompt, abortSignal: one.signal })).rejects.toThrow("enough");
  });

  it("tells calls apart by everything that can change an answer, and by nothing else", async () => {
    const { inner, model } = await setUp();
    inner.result = { ...whole, content: [{ type: "text", text: "a" }], finishReason: stop };
    const image = (byte: number): LanguageModelV4CallOptions["prompt"] => [
      {
        role: "user",
        content: [{ type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([byte]) } }],
      },
    ];
    const different: LanguageModelV4CallOptions[] = [
      prompt,
      { ...prompt, temperature: 0 },
      { ...prompt, tools: [weather] },
      { ...prompt, responseFormat: { type: "text" } },
      { ...prompt, providerOptions: { openai: { reasoningEffort: "low" } } },
      { ...prompt, headers: { authorization: "Bearer other" } },
      { prompt: image(1) },
      { prompt: image(2) },
    ];
    for (const params of different) expect(status(await model.doGenerate(params))).toBe("MISS");
    const same = { ...prompt, headers: { "user-agent": "x", "x-request-id": "7" }, temperature: undefined };
    expect(status(await model.doGenerate({ ...same, abortSignal: new AbortController().signal } as never))).toBe("HIT");
    expect(inner.calls).toBe(different.length);
  });

  it("does what the call says in providerOptions.reprise", async () => {
    const { inner, model } = await setUp();
    const say = (reprise: Record<string, string | boolean | string[]>) => ({ ...prompt, providerOptions: { reprise } });
    inner.result = { ...whole, content: [{ type: "text", text: "a" }], finishReason: stop };
    await model.doGenerate(prompt);
    expect(status(await model.doGenerate(say({ tags: ["a"], ttl: "1h" })))).toBe("HIT");
    expect(status(await model.doGenerate(say({ refresh: true })))).toBe("REFRESH");
    expect(status(await model.doGenerate(say({ namespace: "n" })))).toBe("MISS");
    expect(status(await model.doGenerate(say({ cache: false })))).toBeUndefined();
    await expect(model.doGenerate(say({ tag: "a" }))).rejects.toMatchObject({ path: "providerOptions.reprise.tag" });
  });

  it("caches no call that lets the provider run tools, unless it is told to", async () => {
    const params: LanguageModelV4CallOptions = {
      ...prompt,
      tools: [{ type: "provider", id: "openai.web_search", name: "search", args: {} }],
    };
    for (const [providerTools, calls] of [
      [false, 2],
      [true, 1],
    ] as const) {
      const { inner, model } = await setUp({ providerTools });
      inner.result = { ...whole, content: [{ type: "text", text: "a" }], finishReason: stop };
      for (let count = 0; count < 2; count++) await model.doGenerate(params);
      expect(inner.calls).toBe(calls);
    }
  });
});
