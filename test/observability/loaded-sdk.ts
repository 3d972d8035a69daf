import { type Attributes, context, metrics, propagation, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { onTestFinished } from "vitest";

/** The SDK of OpenTelemetry as a program loads it, with everything it is told kept in memory. Gone when the test ends. */

export interface LoadedSdk {
  /** Spans that have ended, in the order in which they began. */
  spans(): readonly ReadableSpan[];
  /** The one span of this name. */
  span(name: string): ReadableSpan;
  /** Values by metric: of a counter its sum, of a distribution how many there are, each with its attributes. */
  readings(): Promise<Readonly<Record<string, readonly MetricReading[]>>>;
}

export interface MetricReading {
  readonly attributes: Attributes;
  readonly value: number;
}

export function loadSdk({ sampler = new AlwaysOnSampler(), contexts = true } = {} as SdkOptions): LoadedSdk {
  const exporter = new InMemorySpanExporter();
  const root = new ParentBasedSampler({ root: sampler });
  const provider = new TracerProvider({ sampler: root, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  trace.setGlobalTracerProvider(provider);
  metrics.setGlobalMeterProvider(meters);
  if (contexts) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  onTestFinished(async () => {
    for (const api of [trace, metrics, context, propagation]) api.disable();
    await provider.shutdown();
    await meters.shutdown();
  });
  const spans = () => inOrder(exporter.getFinishedSpans());
  return {
    spans,
    span(name) {
      const [found, ...others] = spans().filter((span) => span.name === name);
      if (found === undefined || others.length > 0)
        throw new Error(`not one span ${name} among ${spans().map((span) => span.name)}`);
      return found;
    },
    async readings() {
      await reader.forceFlush();
      const latest = metricExporter.getMetrics().at(-1);
      const read = (latest?.scopeMetrics ?? []).flatMap(({ metrics }) =>
        metrics.map(({ descriptor, dataPoints }) => {
          const points = dataPoints.map(({ attributes, value }) => ({
            attributes,
            value: typeof value === "number" ? value : value.count,
          }));
          return [descriptor.name, points] as const;
        }),
      );
      return Object.fromEntries(read);
    },
  };
}

interface SdkOptions {
  readonly sampler?: Sampler;
  /** Whether spans are found that are active somewhere else; an SDK without a context manager finds none. */
  readonly contexts?: boolean;
}

/** By their beginnings; no span begins before what it is below, whatever the clocks of the two say within a millisecond. */
function inOrder(spans: readonly ReadableSpan[]): ReadableSpan[] {
  const known = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const placeOf = (span: ReadableSpan): readonly [beginning: number, depth: number] => {
    const above = known.get(span.parentSpanContext?.spanId ?? "");
    if (above === undefined) return [nanoseconds(span), 0];
    const [beginning, depth] = placeOf(above);
    return [Math.max(beginning, nanoseconds(span)), depth + 1];
  };
  const placed = spans.map((span) => ({ span, place: placeOf(span) }));
  placed.sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1]);
  return placed.map(({ span }) => span);
}

function nanoseconds({ startTime: [seconds, nanos] }: ReadableSpan): number {
  return seconds * 1e9 + nanos;
}

/** `SERVER POST /chat/completions`, with what it is below. */
export function outline(spans: readonly ReadableSpan[]): readonly string[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map((span) => {
    const above = names.get(span.parentSpanContext?.spanId ?? "");
    return `${SpanKind[span.kind]} ${span.name}${above === undefined ? "" : ` < ${above}`}`;
  });
}
