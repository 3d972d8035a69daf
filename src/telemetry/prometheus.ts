import { Counter, Gauge, Registry } from "prom-client";
import type { BreakerState } from "../core/circuit-breaker.ts";
import type { StoreStats } from "../core/store.ts";
import type { Trace } from "../core/trace.ts";
import { callCounters } from "./call-counters.ts";
import { edgeCounters } from "./edge-counters.ts";
import { type LagReading, watchEventLoop } from "./event-loop-lag.ts";
import { type Exposition, type ExpositionFormat, exposed } from "./exposition.ts";
import { fanOutCounters } from "./fan-out-counters.ts";
import type { Ledger } from "./ledger.ts";
import { LedgerCounter, spendingSeries } from "./ledger-series.ts";
import { limitCounters } from "./limit-counters.ts";
import { type MetricFamily, type MetricsReading, readLedger } from "./metrics-reading.ts";
import { personalCounters } from "./personal-counters.ts";
import { type MeteredReplica, replicaGauges } from "./replica-gauges.ts";
import { resilienceCounters } from "./resilience-counters.ts";
import { sealingCounters } from "./sealing-counters.ts";
import { semanticCounters } from "./semantic-counters.ts";
import { CounterTally, HistogramTally, type TraceUnderWay } from "./tally.ts";

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
  /** The label of the tenant is gone with what it has counted. */
  readonly forget: (tenant: string) => void;
  /** A response has left, of whatever route. */
  readonly observeResponse: (endpoint: string, result: string, stream: boolean, durationMs: number) => void;
  /** What this process has counted, for another to add to its own. */
  read(): Promise<MetricsReading>;
  /** The exposition and its media type: of this process, or of what several have counted together. */
  render(reading?: MetricsReading, format?: ExpositionFormat): Promise<Exposition>;
}

const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 };

export function prometheusMetrics(gauges: {
  readonly flights: () => number;
  /** Calls that wait for what others have asked for. */
  readonly followers?: () => number;
  readonly stores: readonly MeteredStore[];
  /** Of pools. Default: there are none. */
  readonly replicas?: () => readonly MeteredReplica[];
  readonly version: string;
  readonly ledger: Ledger;
  /** Calls that are missing in the access log; default: there is none. */
  readonly accessLogDropped?: () => number;
  /** How late the event loop was since the last scrape. Default: that of this process. */
  readonly lag?: () => LagReading;
  /** Whether those tenants that ask most are told apart. Default: no. */
  readonly tenantLabel?: boolean;
  /** For exemplars. */
  readonly traceUnderWay?: TraceUnderWay;
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
    registered(new HistogramTally(name, help, labelNames, buckets, gauges.traceUnderWay));
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge<T>({ name, help, labelNames: [...labelNames], registers });
  /** A count that a store keeps itself; taken over at each scrape. */
  const total = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter<T>({ name, help, labelNames: [...labelNames], registers });

  const calls = callCounters(counter, histogram, { tenantLabel: gauges.tenantLabel ?? false });
  const faults = counter("reprise_backend_errors_total", "Failures of stores, which no caller noticed.", [
    "backend",
    "op",
    "kind",
  ]);
  const inFlight = gauge(
    "reprise_inflight",
    "Calls to upstreams under way (leader), and calls that wait for what another one has asked for (follower).",
    ["kind"] as const,
  );
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
  const countEdge = edgeCounters(counter, gauge);
  const countPersonal = personalCounters(counter);
  const countFanOut = fanOutCounters(counter, histogram);
  const countLimits = limitCounters(counter);
  const countSealing = sealingCounters(counter);
  const setReplicas = replicaGauges(gauge);
  const entries = gauge("reprise_entries", "Values in the store.", ["backend"] as const);
  const size = gauge("reprise_size_bytes", "Bytes in the store.", ["backend"] as const);
  const capacity = gauge("reprise_capacity_bytes", "Bound of the store.", ["backend"] as const);
  const evictions = total("reprise_evictions_total", "Values that made room for others.", ["backend"] as const);
  const corrupt = total("reprise_corrupt_total", "Damaged or unknown values that were skipped.", ["backend"] as const);
  const unlogged = total("reprise_access_log_dropped_total", "Calls that are missing in the access log.", []);
  gauge("reprise_build_info", "Always 1.", ["version"] as const).set({ version: gauges.version }, 1);

  // What was spent and saved stands in the ledger, exactly; it is read at each scrape.
  const ledgerCounters = new Map<string, LedgerCounter>();
  const booked = (name: string, help: string, labelNames: readonly string[]) => {
    const counter = new LedgerCounter(name, help, labelNames, spendingSeries[name], gauges.ledger);
    ledgerCounters.set(name, registered(counter));
  };
  booked("reprise_cost_saved_usd_total", "What origins would have charged for what they did not have to compute.", [
    "provider",
    "model",
    "layer",
    "basis",
  ]);
  booked(
    "reprise_cost_saving_undone_usd_total",
    "Of what was saved, by list price, what was answers that were reported as wrong, and what saving cost more than it saved; to be taken off.",
    ["model", "layer"],
  );
  booked(
    "reprise_cost_spent_usd_total",
    "What models charge by list price: for answers (inference), and for judging like questions and their vectors.",
    ["provider", "model", "what"],
  );
  booked(
    "reprise_semantic_observed_saved_usd_total",
    "What answers to like questions would have saved, had they been served and not only observed.",
    ["model"],
  );
  booked(
    "reprise_tokens_saved_total",
    "Tokens of answers that no origin computed; input includes cached_input, output reasoning.",
    ["kind", "provider", "model", "layer"],
  );
  booked("reprise_unpriced_requests_total", "Answers without a price: unknown model, or no usage.", ["model"]);
  booked("reprise_provider_cache_read_tokens_total", "Input tokens that providers read from their caches.", [
    "provider",
    "model",
  ]);
  booked("reprise_provider_cache_write_tokens_total", "Input tokens that providers wrote to their caches.", [
    "provider",
    "model",
  ]);

  const trace: Trace = (event) => {
    // Of every hit; nobody else hears of them.
    if (event.type === "call-end" || event.type === "lookup-end") return calls.trace(event);
    if (event.type === "saving") return;
    if (event.type === "store-fault") return faults.add(event.store, event.operation, event.kind);
    calls.trace(event);
    countSemantic(event);
    countEdge(event);
    countPersonal(event);
    countFanOut(event);
    countLimits(event);
    countSealing(event);
    countResilience(event);
  };

  const update = async (): Promise<void> => {
    inFlight.set({ kind: "leader" }, gauges.flights());
    inFlight.set({ kind: "follower" }, gauges.followers?.() ?? 0);
    setReplicas(gauges.replicas?.() ?? []);
    const late = readLag();
    for (const stat of ["mean", "p99", "max"] as const) lag.set({ stat }, late[stat]);
    evictions.reset();
    corrupt.reset();
    unlogged.reset();
    unlogged.inc(gauges.accessLogDropped?.() ?? 0);
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
    observeResponse: calls.observeResponse,
    forget: calls.forgetTenant,
    async read() {
      await update();
      const families = (await registry.getMetricsAsJSON()) as unknown as readonly MetricFamily[];
      return { families: families.filter(({ name }) => !ledgerCounters.has(name)), ledger: readLedger(gauges.ledger) };
    },
    async render(reading, format = "plain") {
      if (reading !== undefined) {
        const counters = [...ledgerCounters.values()].map((counter) => counter.of(reading.ledger));
        return exposed([...reading.families, ...counters], format);
      }
      await update();
      return exposed((await registry.getMetricsAsJSON()) as unknown as readonly MetricFamily[], format);
    },
  };
}
