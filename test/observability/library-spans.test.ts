import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { openAiCompatible } from "../../src/embedders/openai-compatible.ts";
import { openAiCompatibleJudge } from "../../src/judges/openai-compatible.ts";
import { Gate, startScriptedOrigin } from "../../src/testing/index.ts";
import { setUp, turns, until } from "../topology/cache-harness.ts";
import { setUpEmbeddings } from "../topology/embedding-harness.ts";
import { setUpSemantic } from "../topology/semantic-harness.ts";
import { loadSdk, outline } from "./loaded-sdk.ts";

/** Spans of the SDK have the time of the system, so that of the cache is it as well. */
const traced = { telemetry: { traces: true }, clock: systemClock };
const plain = { ...traced, semantic: { mode: "off" } } as const;
const stopped = { telemetry: { traces: true }, semantic: { mode: "off" } } as const;

function inProgramSpan<T>(run: () => Promise<T>): Promise<T> {
  return trace.getTracer("program").startActiveSpan("program", async (span) => {
    try {
      return await run();
    } finally {
      span.end();
    }
  });
}

describe("calls of a program are spans below its own", () => {
  test("cache.fetch, with the origin below it", async () => {
    const sdk = loadSdk();
    const { origin, read } = await setUp(plain);
    await inProgramSpan(() => read());
    expect(outline(sdk.spans())).toEqual([
      "INTERNAL program",
      "INTERNAL cache.fetch < program",
      "INTERNAL cache.lookup exact < cache.fetch",
      "CLIENT chat scripted-small < cache.fetch",
    ]);
    const { traceId, spanId } = sdk.span("chat scripted-small").spanContext();
    expect(origin.calls[0]?.headers["traceparent"]).toBe(`00-${traceId}-${spanId}-01`);
  });

  test("a stream's span ends when it has been read, or given up", async () => {
    const sdk = loadSdk();
    const { ask } = await setUp(plain);
    const ended = () => sdk.spans().filter(({ name }) => name === "cache.fetch").length;
    const response = await ask({ stream: true });
    expect(ended()).toBe(0);
    await response.text();
    expect(ended()).toBe(1);
    await (await ask({ stream: true })).body?.cancel();
    expect(ended()).toBe(2);
  });

  test("cache.wrap, and what is called within its computing, also where no context manager is loaded", async () => {
    const sdk = loadSdk({ contexts: false });
    const { cache, read } = await setUp(plain);
    await cache.wrap({ key: "k" }, async () => (await read()).text);
    await cache.wrap({ key: "k" }, () => "not asked");
    expect(outline(sdk.spans())).toEqual([
      "INTERNAL cache.wrap",
      "INTERNAL cache.fetch < cache.wrap",
      "INTERNAL cache.lookup exact < cache.fetch",
      "CLIENT chat scripted-small < cache.fetch",
      "INTERNAL cache.wrap",
    ]);
    const results = sdk.spans().map(({ attributes }) => attributes["reprise.result"]);
    expect([results[0], results.at(-1)]).toEqual(["miss", "hit"]);
  });

  test("a computing that throws fails the span, and the caller hears of it", async () => {
    const sdk = loadSdk();
    const { cache } = await setUp(plain);
    const failing = cache.wrap({ key: "k" }, () => Promise.reject(new RangeError("no")));
    await expect(failing).rejects.toThrow("no");
    expect(sdk.span("cache.wrap").attributes["error.type"]).toBe("RangeError");
  });

  test("without traces there are no spans, whatever is loaded", async () => {
    const sdk = loadSdk();
    const { cache, read } = await setUp({ semantic: { mode: "off" } });
    await read();
    await cache.wrap({ key: "k" }, () => 1);
    expect(sdk.spans()).toEqual([]);
    expect(await sdk.readings()).toEqual({});
  });
});

describe("embeddings", () => {
  test("one look-up for all, and an origin asked for what is missing alone", async () => {
    const sdk = loadSdk();
    const { embed } = await setUpEmbeddings(plain);
    await embed(["a", "b"]);
    const before = sdk.spans().length;
    await embed(["a", "c"]);
    expect(outline(sdk.spans().slice(before))).toEqual([
      "INTERNAL cache.fetch",
      "INTERNAL cache.lookup embedding < cache.fetch",
      "CLIENT embeddings scripted-embed < cache.fetch",
    ]);
    expect(sdk.spans().at(-1)?.attributes).toMatchObject({ "gen_ai.operation.name": "embeddings" });
    expect(sdk.spans().at(-1)?.attributes["gen_ai.usage.input_tokens"]).toBeGreaterThan(0);
    await embed(["a", "b", "c"]);
    expect(sdk.spans().filter(({ name }) => name.startsWith("embeddings"))).toHaveLength(2);
  });

  test("who waits for vectors that another asks for is linked with that", async () => {
    const sdk = loadSdk();
    const { embed, script } = await setUpEmbeddings(plain);
    const gate = new Gate();
    script.plan = async () => {
      await gate.pass();
      return undefined;
    };
    const first = embed(["a"]);
    await gate.reached();
    const second = embed(["a"]);
    await turns();
    gate.release();
    await Promise.all([first, second]);
    const asked = sdk.span("embeddings scripted-embed").spanContext();
    const linked = sdk.spans().filter(({ links }) => links.length > 0);
    expect(linked.map(({ links }) => links[0]?.context.spanId)).toEqual([asked.spanId]);
  });
});

describe("like questions", () => {
  const asked = "How do I return a damaged parcel?";
  const alike = "how do i return a damaged parcel";

  test("observing is a look-up below the call, after the origin has answered", async () => {
    const sdk = loadSdk();
    const { say } = await setUpSemantic({ mode: "observe" }, traced);
    const looks = () => sdk.spans().filter(({ name }) => name === "cache.lookup semantic");
    await say(asked);
    await until(() => looks().length === 1, "the first look");
    // What is found next time is noted behind it.
    await turns();
    await say(alike);
    await until(() => looks().length === 2, "both looks");
    expect(looks()[1]?.attributes).toMatchObject({
      "reprise.layer": "semantic",
      "reprise.result": "would_hit",
      "reprise.semantic.mode": "observe",
    });
    expect(looks()[1]?.parentSpanContext?.spanId).toBe(
      sdk
        .spans()
        .filter(({ name }) => name === "cache.fetch")[1]
        ?.spanContext().spanId,
    );
  });

  test("serving is told once, and asks no origin", async () => {
    const sdk = loadSdk();
    const { say } = await setUpSemantic({ mode: "serve" }, traced);
    await say(asked);
    await say(alike);
    const second = sdk.spans().filter(({ name }) => name === "cache.fetch")[1];
    expect(second?.attributes).toMatchObject({ "reprise.result": "hit", "reprise.layer": "semantic" });
    const below = sdk.spans().filter((span) => span.parentSpanContext?.spanId === second?.spanContext().spanId);
    expect(below.map(({ name }) => name)).toEqual(["cache.lookup exact", "cache.lookup semantic"]);
  });
});

describe("what the cache asks for itself", () => {
  const asked = "How do I change the oil of a motorcycle?";
  const alike = "What is the way to change a motorcycle's oil?";
  const secret = "sk-own-secret";

  async function askAlike(judgement: { readonly content: string } | { readonly status: number }) {
    const sdk = loadSdk();
    let vectors = 0;
    const server = await startScriptedOrigin({
      plan: ({ path }) =>
        path.endsWith("/embeddings")
          ? { body: { model: "vec-1", data: [{ index: 0, embedding: [8, vectors++] }], usage: { prompt_tokens: 7 } } }
          : judgement,
    });
    onTestFinished(() => server.close());
    const at = { url: server.url, apiKey: secret };
    const embedder = openAiCompatible({ ...at, model: "vec" });
    const judge = openAiCompatibleJudge({ ...at, model: "scripted-large" });
    // Nothing reaches such a target by itself, so the judge is asked.
    const { say } = await setUpSemantic(
      { mode: "serve", strategy: "threshold", threshold: 1 },
      { ...traced, embedder, judge },
    );
    await say(asked);
    await say(alike);
    await until(() => sdk.spans().some(({ name }) => name === "chat scripted-large"), "the judge's span");
    return { sdk, port: Number(new URL(server.url).port) };
  }

  test("has spans of their own below the call, told apart from what origins are asked for", async () => {
    const { sdk, port } = await askAlike({ content: "yes" });
    const calls = sdk.spans().filter(({ name }) => name === "cache.fetch");
    const below = (call: number, name: string) =>
      sdk
        .spans()
        .filter((span) => span.name === name && span.parentSpanContext?.spanId === calls[call]?.spanContext().spanId);
    expect([below(0, "embeddings vec").length, below(1, "embeddings vec").length]).toEqual([1, 1]);
    expect(below(1, "embeddings vec")[0]).toMatchObject({
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "vec",
        "gen_ai.response.model": "vec-1",
        "gen_ai.usage.input_tokens": 7,
        "http.response.status_code": 200,
        "reprise.purpose": "embedding",
        "server.address": "127.0.0.1",
        "server.port": port,
      },
    });
    const [judged] = below(1, "chat scripted-large");
    expect(judged?.attributes).toMatchObject({ "gen_ai.operation.name": "chat", "reprise.purpose": "judge" });
    expect(sdk.span("chat scripted-large").attributes["gen_ai.usage.output_tokens"]).toBeGreaterThan(0);
    expect(below(1, "chat scripted-small")[0]?.attributes).not.toHaveProperty("reprise.purpose");
    const told = JSON.stringify(
      sdk.spans().map(({ attributes, events, name, status }) => [name, attributes, events, status]),
    );
    expect(told).not.toMatch(/motorcycle|sk-own/);
  });

  test("that fails is a span that failed", async () => {
    const { sdk } = await askAlike({ status: 500 });
    expect(sdk.span("chat scripted-large")).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "500", "http.response.status_code": 500, "reprise.purpose": "judge" },
    });
  });
});

test("a refresh behind a stale answer asks the origin in the trace that set it off", async () => {
  const sdk = loadSdk();
  const { clock, read, origin } = await setUp({ ...stopped, policy: { ttl: "1m", staleWhileRevalidate: "1h" } });
  await read();
  clock.advance(120_000);
  await inProgramSpan(() => read());
  await origin.waitForCalls(2);
  const clients = () => sdk.spans().filter(({ name }) => name === "chat scripted-small");
  await until(() => clients().length === 2, "the refresh");
  expect(clients()[1]?.spanContext().traceId).toBe(sdk.span("program").spanContext().traceId);
});

test("a call that is made outside of any span begins a trace of its own", async () => {
  const sdk = loadSdk();
  const { read } = await setUp(plain);
  await read();
  expect(trace.getSpan(context.active())).toBeUndefined();
  expect(sdk.span("cache.fetch").parentSpanContext).toBeUndefined();
});
