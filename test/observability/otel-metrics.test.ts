import { expect, test, vi } from "vitest";
import { setUp } from "../topology/cache-harness.ts";
import { loadSdk, type MetricReading } from "./loaded-sdk.ts";

const traced = { telemetry: { traces: true }, semantic: { mode: "off" } } as const;
const usage = { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37 };

function sum(readings: readonly MetricReading[] = [], attributes: Readonly<Record<string, unknown>> = {}): number {
  return readings
    .filter((one) => Object.entries(attributes).every(([name, value]) => one.attributes[name] === value))
    .reduce((total, { value }) => total + value, 0);
}

test("tokens and times are those of origins alone: hits add nothing to them", async () => {
  const sdk = loadSdk();
  const { origin, read } = await setUp(traced);
  origin.plan({ usage });
  await read();
  await read({ stream: true });
  await read();
  const readings = await sdk.readings();
  const inference = Object.keys(readings).filter((name) => name.startsWith("gen_ai."));
  expect(inference.sort()).toEqual([
    "gen_ai.client.inference.duration",
    "gen_ai.client.inference.operation.input_tokens",
    "gen_ai.client.inference.operation.output_tokens",
    "gen_ai.client.inference.usage.cache_read.input_tokens",
    "gen_ai.client.inference.usage.cache_write.input_tokens",
    "gen_ai.client.inference.usage.input_tokens",
    "gen_ai.client.inference.usage.output_tokens",
    "gen_ai.client.inference.usage.reasoning.output_tokens",
  ]);
  expect(sum(readings["gen_ai.client.inference.usage.input_tokens"])).toBe(30);
  expect(sum(readings["gen_ai.client.inference.usage.output_tokens"])).toBe(7);
  expect(sum(readings["gen_ai.client.inference.duration"])).toBe(1);
  expect(readings["gen_ai.client.inference.usage.input_tokens"]?.[0]?.attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "scripted-small",
    "gen_ai.response.model": "scripted-small",
    "gen_ai.token.modality": "unknown",
    "server.address": "127.0.0.1",
    "server.port": origin.port,
  });
  expect(sum(readings["reprise.requests"], { "reprise.result": "hit", "reprise.layer": "exact" })).toBe(2);
  expect(sum(readings["reprise.requests"], { "reprise.result": "miss" })).toBe(1);
  expect(sum(readings["reprise.lookup.duration"], { "reprise.layer": "exact" })).toBe(3);
});

test("a stream that is computed is timed to its first piece; a failure counts no tokens", async () => {
  const sdk = loadSdk();
  const { origin, read } = await setUp(traced);
  await read({ stream: true });
  origin.plan({ status: 500 });
  await read({ seed: 1 });
  const readings = await sdk.readings();
  expect(sum(readings["gen_ai.client.inference.time_to_first_chunk"])).toBe(1);
  const failed = readings["gen_ai.client.inference.usage.input_tokens"]?.filter(
    ({ attributes }) => attributes["error.type"] === "500",
  );
  expect(failed).toMatchObject([{ value: 0, attributes: { "gen_ai.token.modality": "unknown" } }]);
});

test("what was saved is counted by what saved it", async () => {
  const sdk = loadSdk();
  const { origin, read } = await setUp({ ...traced, prices: { "*": { input: 2, output: 7 } } });
  origin.plan({ usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } });
  await read();
  await read();
  const { "reprise.cost.saved": saved } = await sdk.readings();
  expect(sum(saved, { "reprise.layer": "exact" })).toBeCloseTo(0.0027, 12);
});

test("the names of before are given as well where both are asked for", async () => {
  vi.stubEnv("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental, both");
  try {
    const sdk = loadSdk();
    const { origin, read } = await setUp(traced);
    origin.plan({ usage });
    await read();
    const readings = await sdk.readings();
    expect(sum(readings["gen_ai.client.token.usage"])).toBe(2);
    expect(sum(readings["gen_ai.client.operation.duration"], { "gen_ai.system": "openai" })).toBe(1);
    expect(sum(readings["gen_ai.client.inference.duration"])).toBe(1);
    const { attributes } = sdk.span("chat scripted-small");
    expect(attributes).toMatchObject({ "gen_ai.system": "openai", "gen_ai.provider.name": "openai" });
  } finally {
    vi.unstubAllEnvs();
  }
});
