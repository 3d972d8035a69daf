import { expect, test } from "vitest";
import type { BreakerState } from "../core/circuit-breaker.ts";
import type { TraceEvent } from "../core/trace.ts";
import { Ledger } from "./ledger.ts";
import { prometheusMetrics } from "./prometheus.ts";

const stats = { entries: 1, bytes: 2, capacityBytes: 3, evictions: 4, corrupt: 5 };

test("what is taken back, the bus, leases, roles and refusals are counted by their labels", async () => {
  const metrics = prometheusMetrics({ flights: () => 0, stores: [], version: "", ledger: new Ledger() });
  const events: readonly TraceEvent[] = [
    { type: "invalidation", scopes: 2, entries: 1, groups: ["tag", "tag", "key"] },
    { type: "invalidation", scopes: 0, entries: 0, groups: [] },
    { type: "invalidation-heard", group: "tenant" },
    { type: "invalidation-lost", scopes: 3 },
    { type: "bus-fault", bus: "redis", operation: "interrupted" },
    { type: "lease-fault", operation: "renew", kind: "timeout" },
    { type: "fleet-role", role: "leader" },
    { type: "fleet-role", role: "follower" },
    { type: "fleet-role", role: "follower" },
    { type: "admin-refuse" },
  ];
  for (const event of events) metrics.trace(event);
  const { text } = await metrics.render();
  for (const line of [
    'reprise_invalidations_total{scope="tag",origin="here"} 2',
    'reprise_invalidations_total{scope="key",origin="here"} 1',
    'reprise_invalidations_total{scope="tenant",origin="bus"} 1',
    "reprise_invalidations_lost_total 3",
    'reprise_bus_faults_total{bus="redis",op="interrupted"} 1',
    'reprise_lease_faults_total{op="renew",kind="timeout"} 1',
    'reprise_fleet_calls_total{role="leader"} 1',
    'reprise_fleet_calls_total{role="follower"} 2',
    'reprise_security_events_total{kind="auth_fail"} 1',
  ])
    expect(text.split("\n")).toContain(line);
});

test("the state of the circuit breaker is a number", async () => {
  let state: BreakerState = "closed";
  const store = { name: "redis", stats: () => stats, available: () => state === "closed", breaker: () => state };
  const metrics = prometheusMetrics({ flights: () => 0, stores: [store], version: "", ledger: new Ledger() });
  for (const [now, value, up] of [
    ["closed", 0, 1],
    ["open", 2, 0],
    ["half-open", 1, 0],
  ] as const) {
    state = now;
    const { text } = await metrics.render();
    expect(text).toContain(`reprise_breaker_state{backend="redis"} ${value}\n`);
    expect(text).toContain(`reprise_backend_up{backend="redis"} ${up}\n`);
  }
});
