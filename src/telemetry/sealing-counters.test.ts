import { expect, test } from "vitest";
import type { TraceEvent } from "../core/trace.ts";
import { Ledger } from "./ledger.ts";
import { prometheusMetrics } from "./prometheus.ts";

test("what could not be opened at rest is counted by why, and a wrong master key once", async () => {
  const metrics = prometheusMetrics({ flights: () => 0, stores: [], version: "", ledger: new Ledger() });
  const events: readonly TraceEvent[] = [
    { type: "seal-reject", reason: "damaged" },
    { type: "seal-reject", reason: "damaged" },
    { type: "seal-reject", reason: "keyless" },
    { type: "seal-fault", message: "wrong", remedy: undefined },
  ];
  for (const event of events) metrics.trace(event);
  const { text } = await metrics.render();
  for (const line of [
    'reprise_sealing_rejected_total{reason="damaged"} 2',
    'reprise_sealing_rejected_total{reason="keyless"} 1',
    'reprise_sealing_rejected_total{reason="unsealed"} 0',
    'reprise_sealing_rejected_total{reason="wrong_key"} 1',
  ])
    expect(text.split("\n")).toContain(line);
});
