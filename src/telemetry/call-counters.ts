import { authFaults } from "../core/auth-fault.ts";
import type { Trace, TraceEvent } from "../core/trace.ts";
import { BoundedLabels } from "./bounded-labels.ts";
import { CallsAlike } from "./calls-alike.ts";
import { providerOf } from "./providers.ts";
import { SeriesMap } from "./series-map.ts";
import type { CounterTally, HistogramTally } from "./tally.ts";
import { TopLabels } from "./top-labels.ts";

/** Calls: how they were answered, by what, how quickly, and what was asked of upstreams. */

export interface CallCounters {
  readonly trace: Trace;
  /** Its label is gone with what it has counted. */
  readonly forgetTenant: (tenant: string) => void;
  /** A response has left, of whatever route. */
  readonly observeResponse: (endpoint: string, result: string, stream: boolean, durationMs: number) => void;
}

const lookupBuckets = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5,
];
const requestBuckets = [0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** So many tenants are told apart. */
const mostTenants = 20;

export function callCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
  histogram: (name: string, help: string, labelNames: readonly string[], buckets: readonly number[]) => HistogramTally,
  { tenantLabel }: { readonly tenantLabel: boolean },
): CallCounters {
  const requests = counter(
    "reprise_requests_total",
    "Calls by layer and result; layer=overall counts each call once. tenant only where telemetry.tenantLabel is set.",
    ["layer", "result", "endpoint", "provider", "model", ...(tenantLabel ? ["tenant"] : [])],
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
  const upstreams = counter("reprise_upstream_requests_total", "Calls to upstreams.", [
    "provider",
    "model",
    "status_class",
  ]);
  const upstreamTimes = histogram(
    "reprise_upstream_duration_seconds",
    "Time an upstream took to its last byte.",
    ["status_class"],
    requestBuckets,
  );
  const coalesced = counter("reprise_coalesced_total", "Calls that joined one in flight.");
  const rejected = counter(
    "reprise_security_events_total",
    "Entries that were damaged or foreign and were not served (corrupt, tenant_mismatch), requests to the admin API without its token (auth_fail), bodies beyond the bound (limit), and names that led to an address where they must not (ssrf_block).",
    ["kind"],
  );

  for (const kind of ["corrupt", "tenant_mismatch", "auth_fail", "limit", "ssrf_block"]) rejected.begin(kind);

  const refused = counter(
    "reprise_auth_refusals_total",
    "Requests to the routes of models that were not let in, by what was wrong; who asked was not told.",
    ["reason"],
  );
  for (const fault of authFaults) refused.begin(fault);

  const models = new BoundedLabels();
  const alike = new SeriesMap(
    ["endpoint", "provider", "model", "tenant"],
    (values) => new CallsAlike(requests, values),
  );
  const tenants = new TopLabels(mostTenants, (tenant) => {
    requests.drop("tenant", tenant);
    alike.drop("tenant", tenant);
  });

  const onCall = (event: Extract<TraceEvent, { type: "call-end" }>): void => {
    const { outcome, protocol, originId, model, tenant, durationMs } = event;
    const provider = providerOf(protocol, originId);
    const whose = tenantLabel && tenant !== undefined ? tenants.of(tenant) : "";
    alike.at(protocol, provider, models.of(model), whose).count(outcome);
    firstBytes.observe(durationMs / 1000, outcome.kind);
    if (outcome.kind === "bypass") bypasses.add(outcome.reason);
    if (outcome.kind === "error" && outcome.code === "body_too_large") rejected.add("limit");
  };

  const trace: Trace = (event) => {
    switch (event.type) {
      case "call-end":
        return onCall(event);
      case "lookup-end":
        return lookups.observe(event.durationMs / 1000, event.layer, event.result);
      case "origin-end": {
        const { protocol, originId, model, result, durationMs } = event;
        const statusClass = typeof result === "number" ? `${Math.floor(result / 100)}xx` : result;
        upstreams.add(providerOf(protocol, originId), models.of(model), statusClass);
        return upstreamTimes.observe(durationMs / 1000, statusClass);
      }
      case "flight-join":
        return coalesced.add();
      case "entry-write":
        return stores.add(event.layer, event.result, "");
      case "entry-refuse":
        return stores.add(event.layer, "refused", event.reason);
      case "entry-reject":
        return rejected.add(event.reason);
      case "admin-refuse":
        return rejected.add("auth_fail");
      case "auth-refuse":
        return refused.add(event.fault);
      case "address-refuse":
        return rejected.add("ssrf_block");
      default:
        return;
    }
  };

  return {
    trace,
    forgetTenant: (tenant) => tenants.forget(tenant),
    observeResponse: (endpoint, result, stream, durationMs) =>
      responses.observe(durationMs / 1000, endpoint, result, stream ? "true" : "false"),
  };
}
