import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { CounterTally, HistogramTally } from "./tally.ts";

async function exposed(...tallies: readonly (CounterTally | HistogramTally)[]): Promise<string> {
  const registry = new Registry();
  for (const tally of tallies) registry.registerMetric(tally as never);
  return registry.metrics();
}

describe("tallies", () => {
  it("count by label values and are exposed as counters", async () => {
    const calls = new CounterTally("calls_total", "Calls.", ["layer", "result"]);
    calls.add("exact", "hit");
    calls.add("exact", "hit");
    calls.add("exact", "miss");
    const text = await exposed(calls);
    expect(text).toContain("# TYPE calls_total counter");
    expect(text).toContain('calls_total{layer="exact",result="hit"} 2');
    expect(text).toContain('calls_total{layer="exact",result="miss"} 1');
  });

  it("show a counter without labels from the start", async () => {
    expect(await exposed(new CounterTally("joined_total", "Joined.", []))).toContain("joined_total 0");
  });

  it("put each observation into the first bucket that holds it, and expose them cumulatively", async () => {
    const times = new HistogramTally("times_seconds", "Times.", ["result"], [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 1, 7]) times.observe(value, "hit");
    const text = await exposed(times);
    expect(text).toContain('times_seconds_bucket{le="0.1",result="hit"} 2');
    expect(text).toContain('times_seconds_bucket{le="1",result="hit"} 4');
    expect(text).toContain('times_seconds_bucket{le="+Inf",result="hit"} 5');
    expect(text).toContain('times_seconds_sum{result="hit"} 8.65');
    expect(text).toContain('times_seconds_count{result="hit"} 5');
  });

  it("keep label values apart and escape them", async () => {
    const calls = new CounterTally("calls_total", "Calls.", ["a", "b"]);
    calls.add('x"y', "z\\");
    calls.add("x", "yz");
    expect(await exposed(calls)).toContain('calls_total{a="x\\"y",b="z\\\\"} 1');
  });
});
