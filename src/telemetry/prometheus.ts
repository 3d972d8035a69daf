import { Counter, Gauge, Registry } from "prom-client";
import type { BreakerState } from "../core/circuit-breaker.ts";
import type { StoreStats } from "../core/store.ts";
import type { Trace, TraceEvent } from "../core/trace.ts";
import { BoundedLabels } from "./bounded-labels.ts";
import { type LagReading, watchEventLoop } from "./event-loop-lag.ts";
import type { Ledger } from "./ledger.ts";
import { LedgerCounter, spendingSeries } from "./ledger-series.ts";
import { type MetricFamily, type MetricsReading, readLedger } from "./metrics-reading.ts";
import { resilienceCounters } from "./resilience-counters.ts";
import { semanticCounters } from "./semantic-counters.ts";
import { CounterTally, HistogramTally } from "./tally.ts";

/**
 * The Prometheus side of the trace. Labels are bounded: model names come from requests, so only the first
 * hundred of them get a label of their own and the rest are "other". Hit ratios are left to PromQL.
 */

export interface MeteredStore {
  readonly name: string;
  stats(): StoreStats | Promise<StoreStats>;
  available(): boolean;
  breaker(): BreakerState;
}

export interface Metrics {
  readonly trace: Trace;
  /** A response has left, of whatever route. */
  readonly observeResponse: (endpoint: string, result: string, stream: boolean, durationMs: number) => void;
  /** What this process has counted, for another to add to its own. */
  read(): Promise<MetricsReading>;
  /** The exposition text and its media type: of this process, or of what several have counted together. */
  render(reading?: MetricsReading): Promise<{ readonly contentType: string; readonly text: string }>;
}

const lookupBuckets = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5,
];
const requestBuckets = [0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 };

export function prometheusMetrics(gauges: {
  readonly flights: () => number;
  readonly stores: readonly MeteredStore[];
  readonly version: string;
  readonly ledger: Ledger;
  /** How late the event loop was since the last scrape. Default: that of this process. */
  readonly lag?: () => LagReading;
}): Metrics {
  const registry = new Registry();
  const readLag = gauges.lag ?? watchEventLoop();
  const registers = [registry];
  // Tallies have what the registry asks of a metric: a name, and `get`.
  const registered = <T extends CounterTally | HistogramTally | LedgerCounter>(tally: T): T => {
    registry.registerMetric(tally as unknown as Parameters<typeof registry.registerMetric>[0]);
    return tally;
  };
  const counter = (name: string, help: string, labelNames: readonly string[] = []) =>
    registered(new CounterTally(name, help, labelNames));
  const histogram = (name: string, help: string, labelNames: readonly string[], buckets: readonly number[]) =>
    registered(new HistogramTally(name, help, labelNames, buckets));
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge<T>({ name, help, labelNames: [...labelNames], registers });
  /** A count that a store keeps itself; taken over at each scrape. */
  const total = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter<T>({ name, help, labelNames: [...labelNames], registers });

  const requests = counter(
    "reprise_requests_total",
    "Calls by layer and result; layer=overall counts each call once.",
    ["layer", "result", "endpoint", "model"],
  );
  const bypasses = counter("reprise_bypass_total", "Calls that no layer was asked about.", ["reason"]);
  const stores = counter("reprise_store_total", "What became of answers that could have been stored.", [
    "layer",
    "result",
    "reason",
  ]);
  const lookups = histogram(
    "reprise_lookup_duration_seconds",
    "Time a layer took to look up.",
    ["layer", "result"],
    lookupBuckets,
  );
  const firstBytes = histogram(
    "reprise_time_to_first_byte_seconds",
    "Time until an answer, or the first byte of a stream, was ready.",
    ["result"],
    requestBuckets,
  );
  const responses = histogram(
    "reprise_request_duration_seconds",
    "Time until the last byte was handed over.",
    ["endpoint", "result", "stream"],
    requestBuckets,
  );
  const upstreams = counter("reprise_upstream_requests_total", "Calls to upstreams.", ["model", "status_class"]);
  const upstreamTimes = histogram(
    "reprise_upstream_duration_seconds",
    "Time an upstream took to its last byte.",
    ["status_class"],
    requestBuckets,
  );
  const coalesced = counter("reprise_coalesced_total", "Calls that joined one in flight.");
  const rejected = counter(
    "reprise_security_events_total",
    "Entries that were damaged or foreign and were not served (corrupt, tenant_mismatch), and requests to the admin API without its token (auth_fail).",
    ["kind"],
  );
  const faults = counter("reprise_backend_errors_total", "Failures of stores, which no caller noticed.", [
    "backend",
    "op",
    "kind",
  ]);
  const inFlight = gauge("reprise_inflight", "Calls to upstreams under way.", ["kind"] as const);
  const lag = gauge(
    "reprise_event_loop_lag_seconds",
    "How late the event loop was since the last scrape, the most (max), all but the worst hundredth (p99), on average (mean).",
    ["stat"] as const,
  );
  const up = gauge("reprise_backend_up", "1 while the store is used.", ["backend"] as const);
  const breaker = gauge(
    "reprise_breaker_state",
    "The circuit breaker in front of the store: 0 closed, all is well; 1 half-open, one call tries; 2 open, none gets through.",
    ["backend"] as const,
  );
  const countResilience = resilienceCounters(counter);
  const countSemantic = semanticCounters(counter, histogram);
  const entries = gauge("reprise_entries", "Values in the store.", ["backend"] as const);
  const size = gauge("reprise_size_bytes", "Bytes in the store.", ["backend"] as const);
  const capacity = gauge("reprise_capacity_bytes", "Bound of the store.", ["backend"] as const);
  const evictions = total("reprise_evictions_total", "Values that made room for others.", ["backend"] as const);
  const corrupt = total("reprise_corrupt_total", "Damaged or unknown values that were skipped.", ["backend"] as const);
  gauge("reprise_build_info", "Always 1.", ["version"] as const).set({ version: gauges.version }, 1);

  // What was spent and saved stands in the ledger, exactly; it is read at each scrape.
  const ledgerCounters = new Map<string, LedgerCounter>();
  const booked = (name: string, help: string, labelNames: readonly string[]) => {
    const counter = new LedgerCounter(name, help, labelNames, spendingSeries[name], gauges.ledger);
    ledgerCounters.set(name, registered(counter));
  };
  booked("reprise_cost_saved_usd_total", "What origins would have charged for what they did not have to compute.", [
    "model",
    "layer",
    "basis",
  ]);
  booked(
    "reprise_cost_saving_undone_usd_total",
    "Of what was saved, by list price, what was answers that were reported as wrong; to be taken off.",
    ["model", "layer"],
  );
  booked(
    "reprise_cost_spent_usd_total",
    "What models charge by list price: for answers (inference), and for judging like questions and their vectors.",
    ["model", "what"],
  );
  booked(
    "reprise_semantic_observed_saved_usd_total",
    "What answers to like questions would have saved, had they been served and not only observed.",
    ["model"],
  );
  booked(
    "reprise_tokens_saved_total",
    "Tokens of answers that no origin computed; input includes cached_input, output reasoning.",
    ["kind", "model", "layer"],
  );
  booked("reprise_unpriced_requests_total", "Answers without a price: unknown model, or no usage.", ["model"]);
  booked("reprise_provider_cache_read_tokens_total", "Input tokens that providers read from their caches.", ["model"]);
  booked("reprise_provider_cache_write_tokens_total", "Input tokens that providers wrote to their caches.", ["model"]);

  const models = new BoundedLabels();
  const modelLabel = (model: string): string => models.of(model);

  const onCall = ({ outcome, protocol, model, durationMs }: Extract<TraceEvent, { type: "call-end" }>): void => {
    const label = modelLabel(model);
    requests.add("overall", outcome.kind, protocol, label);
    firstBytes.observe(durationMs / 1000, outcome.kind);
    if (outcome.kind === "hit" || outcome.kind === "stale") requests.add(outcome.layer, outcome.kind, protocol, label);
    if (outcome.kind === "bypass") bypasses.add(outcome.reason);
  };

  const trace: Trace = (event) => {
    switch (event.type) {
      case "call-end":
        return onCall(event);
      case "lookup-end":
        return lookups.observe(event.durationMs / 1000, event.layer, event.result);
      case "origin-end": {
        const statusClass = typeof event.result === "number" ? `${Math.floor(event.result / 100)}xx` : event.result;
        upstreams.add(modelLabel(event.model), statusClass);
        return upstreamTimes.observe(event.durationMs / 1000, statusClass);
      }
      case "flight-join":
        return coalesced.add();
      case "entry-write":
        return stores.add(event.layer, event.result, "");
      case "entry-refuse":
        return stores.add(event.layer, "refused", event.reason);
      case "entry-reject":
        return rejected.add(event.reason);
      case "store-fault":
        return faults.add(event.store, event.operation, event.kind);
      case "admin-refuse":
        return rejected.add("auth_fail");
      default:
        countSemantic(event);
        return countResilience(event);
    }
  };

  const update = async (): Promise<void> => {
    inFlight.set({ kind: "leader" }, gauges.flights());
    const late = readLag();
    for (const stat of ["mean", "p99", "max"] as const) lag.set({ stat }, late[stat]);
    evictions.reset();
    corrupt.reset();
    for (const store of gauges.stores) {
      const backend = store.name;
      up.set({ backend }, store.available() ? 1 : 0);
      breaker.set({ backend }, breakerValues[store.breaker()]);
      const stats = await store.stats();
      entries.set({ backend }, stats.entries);
      size.set({ backend }, stats.bytes);
      if (Number.isFinite(stats.capacityBytes)) capacity.set({ backend }, stats.capacityBytes);
      evictions.inc({ backend }, stats.evictions);
      corrupt.inc({ backend }, stats.corrupt);
    }
  };

  return {
    trace,
    observeResponse: (endpoint, result, stream, durationMs) =>
      responses.observe(durationMs / 1000, endpoint, result, stream ? "true" : "false"),
    async read() {
      await update();
      const families = (await registry.getMetricsAsJSON()) as unknown as readonly MetricFamily[];
      return { families: families.filter(({ name }) => !ledgerCounters.has(name)), ledger: readLedger(gauges.ledger) };
    },
    async render(reading) {
      if (reading !== undefined) {
        const counters = [...ledgerCounters.values()].map((counter) => counter.of(reading.ledger));
        return exposed([...reading.families, ...counters]);
      }
      await update();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Families as text. */
async function exposed(families: readonly MetricFamily[]) {
  const registry = new Registry();
  for (const family of families) {
    const metric = { name: family.name, get: () => family };
    registry.registerMetric(metric as unknown as Parameters<typeof registry.registerMetric>[0]);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}
