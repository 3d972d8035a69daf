import { SpanStatusCode } from "@opentelemetry/api";
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace";
import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, beginAsking, chatPath, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { loadSdk, outline } from "./loaded-sdk.ts";

/** Like questions are looked at in the background, where a test would have to wait for them. */
const plain = { ...inMemory, layers: { semantic: { mode: "off" } } };
const traced = { ...plain, telemetry: { logLevel: "silent", traces: true } };
const server = "POST /chat/completions";
const named = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "vendor=a,other=b",
};

describe("what a call leaves behind as spans", () => {
  test("a miss: the server, the look-up, and the origin with what it says of its answer", async () => {
    const sdk = loadSdk();
    const { origin, gateway } = await runBoth(traced);
    origin.plan({
      usage: {
        prompt_tokens: 30,
        completion_tokens: 7,
        total_tokens: 37,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 4 },
      },
    });
    await ask(gateway);
    expect(outline(sdk.spans())).toEqual([
      `SERVER ${server}`,
      `INTERNAL cache.lookup exact < ${server}`,
      `CLIENT chat scripted-large < ${server}`,
    ]);
    expect(sdk.span(server).attributes).toEqual({
      "http.request.method": "POST",
      "http.route": "/chat/completions",
      "url.path": chatPath,
      "url.scheme": "http",
      "http.response.status_code": 200,
      "reprise.result": "miss",
      "reprise.reason": "absent",
      "reprise.protocol": "openai-chat",
      "reprise.model": "scripted-large",
      "reprise.coalesced": false,
      "reprise.key_version": "1",
    });
    expect(sdk.span("cache.lookup exact").attributes).toEqual({
      "reprise.layer": "exact",
      "reprise.result": "miss",
      "reprise.reason": "absent",
    });
    expect(sdk.span("chat scripted-large").attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "scripted-large",
      "gen_ai.request.stream": false,
      "gen_ai.response.model": "scripted-large",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 30,
      "gen_ai.usage.output_tokens": 7,
      "gen_ai.usage.cache_read.input_tokens": 20,
      "gen_ai.usage.cache_write.input_tokens": 0,
      "gen_ai.usage.reasoning.output_tokens": 4,
      "http.response.status_code": 200,
      "server.address": "127.0.0.1",
      "server.port": origin.port,
    });
  });

  test("a hit: no origin, no tokens, and how old the answer is", async () => {
    const sdk = loadSdk();
    const { gateway } = await runBoth(traced);
    await ask(gateway);
    const before = sdk.spans().length;
    await ask(gateway);
    const spans = sdk.spans().slice(before);
    expect(outline(spans)).toEqual([`SERVER ${server}`, `INTERNAL cache.lookup exact < ${server}`]);
    expect(spans[0]?.attributes).toMatchObject({ "reprise.result": "hit", "reprise.layer": "exact" });
    expect(spans[0]?.attributes["reprise.entry.age"]).toBeTypeOf("number");
    const names = spans.flatMap(({ attributes }) => Object.keys(attributes));
    expect(names.filter((name) => name.startsWith("gen_ai."))).toEqual([]);
  });

  test("a stream: the server's span ends with it, and the first piece is timed", async () => {
    const sdk = loadSdk();
    const { origin, gateway } = await runBoth(traced);
    const gate = new Gate();
    origin.plan({ holds: [{ at: 2, gate }] });
    const asking = beginAsking(gateway, question("slowly", { stream: true, stream_options: { include_usage: true } }));
    await asking.until((text) => text.includes("data:"));
    expect(outline(sdk.spans())).toEqual(["INTERNAL cache.lookup exact"]);
    gate.release();
    await asking.done;
    await eventually("both have ended", () => Promise.resolve(sdk.spans().length === 3));
    const { attributes } = sdk.span("chat scripted-large");
    expect(attributes).toMatchObject({ "gen_ai.request.stream": true, "gen_ai.response.finish_reasons": ["stop"] });
    expect(attributes["gen_ai.response.time_to_first_chunk"]).toBeTypeOf("number");
    expect(attributes["gen_ai.usage.output_tokens"]).toBeGreaterThan(0);
  });

  test("one that waits for another's answer is linked with what that one asks", async () => {
    const sdk = loadSdk();
    const { origin, gateway } = await runBoth(traced);
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const first = beginAsking(gateway);
    await origin.waitForCalls(1);
    const second = beginAsking(gateway);
    await eventually("it waits", async () => {
      const { text } = await exchange(`${gateway.url}/metrics`);
      return text.includes("reprise_coalesced_total 1");
    });
    gate.release();
    await Promise.all([first.done, second.done]);
    const asked = sdk.span("chat scripted-large").spanContext();
    const joined = sdk.spans().filter(({ attributes }) => attributes["reprise.coalesced"] === true);
    expect(joined).toHaveLength(1);
    expect(joined[0]?.links.map(({ context }) => context.spanId)).toEqual([asked.spanId]);
    expect(joined[0]?.spanContext().traceId).not.toBe(asked.traceId);
    expect(sdk.spans().filter(({ links }) => links.length > 0)).toHaveLength(1);
  });

  test("what passes the cache by asks the origin in a span as well, without counts that nobody has read", async () => {
    const sdk = loadSdk();
    const { gateway } = await runBoth(traced);
    await ask(gateway, question(), { "cache-control": "no-store" });
    expect(outline(sdk.spans())).toEqual([`SERVER ${server}`, `CLIENT chat scripted-large < ${server}`]);
    expect(sdk.span(server).attributes).toMatchObject({ "reprise.result": "bypass", "reprise.reason": "no_store" });
    expect(sdk.span("chat scripted-large").attributes).not.toHaveProperty("gen_ai.usage.input_tokens");
  });

  test("failures: of the origin on both, of the caller on none but its own", async () => {
    const sdk = loadSdk();
    const { origin, gateway } = await runBoth(traced);
    origin.plan([{ status: 503 }]);
    await ask(gateway, question("away"));
    expect(sdk.span("chat scripted-large").status.code).toBe(SpanStatusCode.ERROR);
    expect(sdk.span("chat scripted-large").attributes["error.type"]).toBe("503");
    expect(sdk.span(server).attributes["error.type"]).toBe("503");
    await ask(gateway, { model: 1 });
    const last = sdk.spans().at(-1);
    expect(last?.attributes).toMatchObject({ "http.response.status_code": 400, "error.type": "invalid_request" });
    expect(last?.status.code).toBe(SpanStatusCode.UNSET);
    await origin.close();
    await ask(gateway, question("gone"));
    const unreachable = sdk.spans().filter(({ attributes }) => attributes["error.type"] === "unreachable");
    expect(unreachable.map(({ name }) => name)).toEqual(["chat scripted-large"]);
  });

  test("forty calls at once keep apart: each origin is asked below its own caller", async () => {
    const sdk = loadSdk();
    const { gateway } = await runBoth(traced);
    await Promise.all(Array.from({ length: 40 }, (_, index) => ask(gateway, question(`number ${index}`))));
    const servers = new Map(
      sdk.spans().flatMap((span) => (span.name === server ? [[span.spanContext().spanId, span]] : [])),
    );
    const others = sdk.spans().filter(({ name }) => name !== server);
    expect([servers.size, others.length]).toEqual([40, 80]);
    const above = others.map((span) => servers.get(span.parentSpanContext?.spanId ?? ""));
    expect(new Set(above).size).toBe(40);
    for (const [index, span] of others.entries())
      expect(span.spanContext().traceId).toBe(above[index]?.spanContext().traceId);
  });
});

describe("the trace goes on", () => {
  test("from the caller to the origin, with what vendors add", async () => {
    const sdk = loadSdk();
    const { origin, gateway } = await runBoth(traced);
    await ask(gateway, question(), named);
    const { traceId, spanId } = sdk.span("chat scripted-large").spanContext();
    expect(traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(sdk.span(server).parentSpanContext).toMatchObject({ spanId: "b7ad6b7169203331", isRemote: true });
    expect(origin.calls[0]?.headers).toMatchObject({ ...named, traceparent: `00-${traceId}-${spanId}-01` });
  });

  test("a caller's trace makes no other call of it", async () => {
    loadSdk();
    const { origin, gateway } = await runBoth(traced);
    await ask(gateway, question(), named);
    await ask(gateway, question(), { traceparent: named.traceparent.replace("319c", "0001") });
    expect(origin.callCount).toBe(1);
  });

  test("what is malformed begins a new one", async () => {
    const sdk = loadSdk();
    const { origin, gateway } = await runBoth(traced);
    await ask(gateway, question(), { traceparent: "00-zz-1-01", tracestate: "vendor=a" });
    expect(sdk.span(server).parentSpanContext).toBeUndefined();
    const { traceId } = sdk.span(server).spanContext();
    expect(origin.calls[0]?.headers["traceparent"]).toContain(traceId);
    expect(origin.calls[0]?.headers["tracestate"]).toBeUndefined();
  });

  test("unchanged where no SDK is loaded, and where traces are off", async () => {
    const origin = await runOrigin();
    for (const [index, settings] of [traced, plain].entries()) {
      const gateway = await runGateway(origin, settings);
      await ask(gateway, question(), named);
      expect(origin.calls[index]?.headers).toMatchObject(named);
    }
  });

  test("also where it is not kept, and says so", async () => {
    const sdk = loadSdk({ sampler: new AlwaysOffSampler() });
    const { origin, gateway } = await runBoth(traced);
    await ask(gateway);
    expect(sdk.spans()).toEqual([]);
    expect(origin.calls[0]?.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });
});

test("semantics/Privacy: no word of what is asked or answered stands in a span", async () => {
  const sdk = loadSdk();
  const { origin, gateway } = await runBoth(traced);
  origin.plan({ content: "answer-canary" });
  const headers = { authorization: "Bearer key-canary", "x-ai-user": "user-canary", "x-ai-cache-tags": "tag-canary" };
  for (const fields of [{}, { stream: true }, {}])
    await exchange(`${gateway.url}${chatPath}?token=query-canary`, {
      body: question("prompt-canary", fields),
      headers: { "content-type": "application/json", ...headers },
    });
  const told = sdk.spans().map(({ name, attributes, events, links }) => ({ name, attributes, events, links }));
  expect(told.length).toBeGreaterThan(4);
  expect(JSON.stringify(told)).not.toContain("canary");
});

test("exemplars lead from a bucket to a trace that was kept, where the scraper can take them", async () => {
  const sdk = loadSdk();
  const { gateway } = await runBoth(traced);
  await ask(gateway);
  const { traceId } = sdk.span(server).spanContext();
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
  const open = await exchange(`${gateway.url}/metrics`, { headers: { accept } });
  expect(open.headers["content-type"]).toContain("application/openmetrics-text");
  const buckets = open.text.split("\n").filter((line) => line.includes(`# {trace_id="${traceId}"}`));
  for (const name of ["time_to_first_byte", "request_duration", "lookup_duration", "upstream_duration"])
    expect(buckets.some((line) => line.startsWith(`reprise_${name}_seconds_bucket`))).toBe(true);
  expect((await exchange(`${gateway.url}/metrics`)).text).not.toContain("trace_id");
});
