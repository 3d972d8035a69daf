import { describe, expect, it } from "vitest";
import { type LagReading, watchEventLoop } from "./event-loop-lag.ts";
import { Ledger } from "./ledger.ts";
import { prometheusMetrics } from "./prometheus.ts";

const gauges = { flights: () => 0, stores: [], version: "1", ledger: new Ledger() };

/** Holds the event loop up for so long. */
function block(durationMs: number): void {
  for (const until = performance.now() + durationMs; performance.now() < until; );
}

describe("the watchdog of the event loop (T5)", () => {
  it("tells that the loop was held up, once", async () => {
    const read = watchEventLoop();
    // A delay is measured from one sample to the next, so it takes some turns around the long one.
    for (const durationMs of [15, 15, 15, 120, 15, 15, 15]) {
      block(durationMs);
      await new Promise((resolve) => setTimeout(resolve));
    }
    const reading = read();
    expect(reading.max).toBeGreaterThanOrEqual(0.1);
    expect(reading.p99).toBeLessThanOrEqual(reading.max);
    expect(reading.mean).toBeLessThanOrEqual(reading.max);
    expect(read()).toEqual({ mean: 0, p99: 0, max: 0 });
  });

  it("is on the page of metrics, read once a scrape", async () => {
    const readings = [
      { mean: 0.01, p99: 0.5, max: 2 },
      { mean: 0, p99: 0, max: 0 },
    ];
    const metrics = prometheusMetrics({ ...gauges, lag: () => readings.shift() as LagReading });
    const { text } = await metrics.render();
    expect(text).toContain('reprise_event_loop_lag_seconds{stat="mean"} 0.01\n');
    expect(text).toContain('reprise_event_loop_lag_seconds{stat="p99"} 0.5\n');
    expect(text).toContain('reprise_event_loop_lag_seconds{stat="max"} 2\n');
    expect((await metrics.render()).text).toContain('reprise_event_loop_lag_seconds{stat="max"} 0\n');
  });

  it("watches by itself where nothing is given", async () => {
    const { text } = await prometheusMetrics(gauges).render();
    expect(text).toMatch(/^reprise_event_loop_lag_seconds\{stat="max"\} \d/m);
  });
});
