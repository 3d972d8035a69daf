import type { Attributes, Counter, Histogram, Meter } from "@opentelemetry/api";
import type { TokenCounts } from "../../core/recording.ts";
import type { Trace, TraceEvent } from "../../core/trace.ts";
import { BoundedLabels } from "../bounded-labels.ts";
import { commonAttributes, errorTypeOf } from "./inference-attributes.ts";

/**
 * Metrics by way of the API of OpenTelemetry: what origins were asked for, in the words of the conventions for generative
 * AI, and the few figures of the cache that stand beside it. An answer from the cache is no inference, and adds nothing
 * to the former. All others are at `/metrics`.
 */

type End = Extract<TraceEvent, { type: "origin-end" }>;

const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokens = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
const lookups = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5];

const usageCounters = {
  "gen_ai.client.inference.usage.input_tokens": "inputTokens",
  "gen_ai.client.inference.usage.output_tokens": "outputTokens",
  "gen_ai.client.inference.usage.cache_read.input_tokens": "cachedInputTokens",
  "gen_ai.client.inference.usage.cache_write.input_tokens": "cacheWriteTokens",
  "gen_ai.client.inference.usage.reasoning.output_tokens": "reasoningTokens",
} as const satisfies Readonly<Record<string, keyof TokenCounts>>;

const noTokens: TokenCounts = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export function inferenceMetrics(meter: Meter, { formerNames }: { readonly formerNames: boolean }): Trace {
  const histogram = (name: string, unit: string, description: string, bounds: readonly number[]): Histogram =>
    meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...bounds] } });
  const duration = histogram("gen_ai.client.inference.duration", "s", "Time an origin took.", seconds);
  const firstChunk = histogram(
    "gen_ai.client.inference.time_to_first_chunk",
    "s",
    "Time until the first piece of a stream.",
    seconds,
  );
  const counters: readonly (readonly [Counter, keyof TokenCounts])[] = Object.entries(usageCounters).map(
    ([name, kind]) => [
      meter.createCounter(name, { unit: "{token}", description: "Tokens that origins counted." }),
      kind,
    ],
  );
  const sizes: readonly (readonly [Histogram, keyof TokenCounts])[] = [
    [
      histogram("gen_ai.client.inference.operation.input_tokens", "{token}", "Tokens of one call.", tokens),
      "inputTokens",
    ],
    [
      histogram("gen_ai.client.inference.operation.output_tokens", "{token}", "Tokens of one call.", tokens),
      "outputTokens",
    ],
  ];
  const formerDuration = formerNames
    ? histogram("gen_ai.client.operation.duration", "s", "Time an origin took.", seconds)
    : undefined;
  const formerTokens = formerNames
    ? histogram("gen_ai.client.token.usage", "{token}", "Tokens of one call.", tokens)
    : undefined;
  const calls = meter.createCounter("reprise.requests", {
    unit: "{call}",
    description: "Calls by how they were answered.",
  });
  const looked = histogram("reprise.lookup.duration", "s", "Time a layer took to look up.", lookups);
  const saved = meter.createCounter("reprise.cost.saved", {
    unit: "USD",
    description: "What origins would have charged.",
  });
  const models = new BoundedLabels();

  const onEnd = (event: End): void => {
    const { answer, durationMs, firstByteMs, result } = event;
    const error = errorTypeOf(result);
    const common: Attributes = {
      ...commonAttributes(event, models.of(event.model)),
      ...(answer?.model === undefined ? {} : { "gen_ai.response.model": models.of(answer.model) }),
      ...(error === undefined ? {} : { "error.type": error }),
    };
    duration.record(durationMs / 1000, common);
    if (firstByteMs !== undefined) firstChunk.record(firstByteMs / 1000, common);
    const former = { ...common, "gen_ai.system": common["gen_ai.provider.name"] };
    formerDuration?.record(durationMs / 1000, former);
    // An operation that failed counts no tokens, where one that told nothing is not counted at all.
    const usage = answer?.usage ?? (error === undefined ? undefined : noTokens);
    if (usage === undefined) return;
    for (const [counter, kind] of counters) counter.add(usage[kind], { ...common, "gen_ai.token.modality": "unknown" });
    for (const [size, kind] of sizes) size.record(usage[kind], common);
    formerTokens?.record(usage.inputTokens, { ...former, "gen_ai.token.type": "input" });
    formerTokens?.record(usage.outputTokens, { ...former, "gen_ai.token.type": "output" });
  };

  return (event) => {
    switch (event.type) {
      case "origin-end":
        return onEnd(event);
      case "call-end": {
        const { outcome } = event;
        const layer = "layer" in outcome ? outcome.layer : "none";
        return calls.add(1, { "reprise.result": outcome.kind, "reprise.layer": layer });
      }
      case "lookup-end":
        return looked.record(event.durationMs / 1000, { "reprise.layer": event.layer, "reprise.result": event.result });
      case "saving":
        // A counter takes nothing less than nothing; what a loss was stands in the ledger.
        if (event.cost.price !== undefined && event.cost.price.picodollars >= 0)
          saved.add(Number(event.cost.price.usd), { "reprise.layer": event.by });
        return;
      default:
        return;
    }
  };
}
