import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { picodollarsPerDollar } from "../core/money.ts";
import { Ledger } from "./ledger.ts";
import { countsOf, type MetricsReading, mergedReadings } from "./metrics-reading.ts";
import { type Metrics, prometheusMetrics } from "./prometheus.ts";

const usage = { inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 2, reasoningTokens: 1 };

interface Process {
  readonly metrics: Metrics;
  readonly ledger: Ledger;
}

function aProcess(inMemory: number, shared: number, isUp: boolean): Process {
  const ledger = new Ledger();
  const store = (name: string, entries: number, available: boolean) => ({
    name,
    available: () => available,
    breaker: () => (available ? ("closed" as const) : ("open" as const)),
    stats: async () => ({ entries, bytes: entries, capacityBytes: 100, evictions: entries, corrupt: 1 }),
  });
  const stores = [store("memory", inMemory, true), store("sqlite", shared, isUp), store("redis", shared, true)];
  const lag = () => ({ mean: inMemory, p99: inMemory, max: inMemory });
  return { metrics: prometheusMetrics({ flights: () => inMemory, stores, version: "1", ledger, lag }), ledger };
}

async function pageOf(processes: readonly Process[]): Promise<string> {
  const readings = await Promise.all(processes.map(({ metrics }) => metrics.read()));
  const page = await processes[0]?.metrics.render(mergedReadings(readings));
  return page?.text ?? "";
}

describe("what several processes have counted together", () => {
  it("is on one page: counts add up, what all tell of one store does not, and the worst is what counts", async () => {
    const text = await pageOf([aProcess(3, 7, true), aProcess(4, 7, false)]);
    for (const line of [
      'reprise_inflight{kind="leader"} 7',
      'reprise_event_loop_lag_seconds{stat="max"} 4',
      'reprise_entries{backend="memory"} 7',
      'reprise_entries{backend="sqlite"} 7',
      'reprise_capacity_bytes{backend="memory"} 200',
      'reprise_capacity_bytes{backend="sqlite"} 100',
      'reprise_backend_up{backend="memory"} 1',
      'reprise_backend_up{backend="sqlite"} 0',
      'reprise_breaker_state{backend="sqlite"} 2',
      'reprise_evictions_total{backend="sqlite"} 14',
      'reprise_evictions_total{backend="redis"} 7',
      'reprise_build_info{version="1"} 1',
    ])
      expect(text).toContain(`${line}\n`);
  });

  it("distributions add up bucket by bucket", async () => {
    const [one, other] = [aProcess(0, 0, true), aProcess(0, 0, true)];
    one.metrics.observeResponse("e", "hit", false, 2);
    other.metrics.observeResponse("e", "hit", false, 20);
    other.metrics.observeResponse("e", "miss", false, 20);
    const text = await pageOf([one, other]);
    const labels = 'endpoint="e",result="hit",stream="false"';
    expect(text).toContain(`reprise_request_duration_seconds_bucket{le="0.0025",${labels}} 1\n`);
    expect(text).toContain(`reprise_request_duration_seconds_bucket{le="+Inf",${labels}} 2\n`);
    expect(text).toContain(`reprise_request_duration_seconds_count{${labels}} 2\n`);
  });

  it("money adds up before it is rounded", async () => {
    const [one, other] = [aProcess(0, 0, true), aProcess(0, 0, true)];
    const most = Number.MAX_SAFE_INTEGER;
    for (const { ledger } of [one, other])
      for (const by of ["exact", "embedding"] as const)
        ledger.hear({
          type: "saving",
          by,
          protocol: "p",
          originId: "o",
          model: "m",
          bytes: 0,
          cost: { usage, price: { picodollars: most, usd: "", source: "override" } },
        });
    const readings = await Promise.all([one.metrics.read(), other.metrics.read()]);
    const { saved } = mergedReadings(readings).ledger;
    expect(saved.map(({ by, picodollars }) => [by, picodollars])).toEqual([
      ["exact", 2n * BigInt(most)],
      ["embedding", 2n * BigInt(most)],
    ]);
    const text = await pageOf([one, other]);
    const usd = Number(2n * BigInt(most)) / picodollarsPerDollar;
    expect(text).toContain(
      `reprise_cost_saved_usd_total{provider="openai",model="m",layer="exact",basis="list"} ${usd}\n`,
    );
    expect(text).toContain('reprise_tokens_saved_total{kind="input",provider="openai",model="m",layer="exact"} 20\n');
  });

  it("the page of one process is the same by either way", async () => {
    const one = aProcess(3, 7, true);
    one.metrics.observeResponse("e", "hit", true, 5);
    const own = (await one.metrics.render()).text;
    const lines = (text: string) => text.split("\n").sort();
    expect(lines(await pageOf([one]))).toEqual(lines(own));
  });

  it("can go from process to process, bigints and all", async () => {
    const reading = await aProcess(1, 1, true).metrics.read();
    expect(structuredClone(reading)).toEqual(reading);
  });

  it("a process that has ended leaves its counts, and no gauges", async () => {
    const kept = countsOf(await aProcess(3, 7, true).metrics.read());
    expect(kept.families.map(({ type }) => type)).not.toContain("gauge");
    expect(kept.families.map(({ name }) => name)).toContain("reprise_evictions_total");
  });

  it("nothing together is nothing", () => {
    const none: MetricsReading = { families: [], ledger: { spent: [], observed: [], saved: [], undone: [] } };
    expect(mergedReadings([])).toEqual(none);
  });

  it("every gauge that is named in the rules is registered", () => {
    const source = readFileSync(new URL("./metrics-reading.ts", import.meta.url), "utf8");
    const files = ["./prometheus.ts", "./replica-gauges.ts"];
    const registered = files.map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join("");
    for (const [name] of source.matchAll(/reprise_[a-z_]+(?=:)/g)) expect(registered).toContain(`"${name}"`);
  });
});
