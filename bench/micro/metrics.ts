import type { Outcome } from "../../src/core/outcome.ts";
import { Ledger } from "../../src/telemetry/ledger.ts";
import { mergedReadings } from "../../src/telemetry/metrics-reading.ts";
import { prometheusMetrics } from "../../src/telemetry/prometheus.ts";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { compareSides, type Sides, timed } from "../sides.ts";

/** A scrape of a gateway that has 10,000 series: everything that the labels allow, and twenty tenants told apart. */

const series = 10_000;
const protocols = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "openai-embeddings"];
const outcomes: readonly Outcome[] = [
  { kind: "hit", layer: "exact", entry: "e", ageMs: 1, ttlMs: 1 },
  { kind: "miss", reason: "absent", stored: { state: "pending" } },
  { kind: "coalesced", stored: { state: "pending" } },
  { kind: "bypass", reason: "no_store" },
];
const traceId = "0af7651916cd43dd8448eb211c80319c";

/** Metrics in which calls of every kind were counted until so many series are there. */
async function filled() {
  const ledger = new Ledger();
  const traceUnderWay = () => ({ traceId, at: 1_700_000_000_000 });
  const metrics = prometheusMetrics({
    flights: () => 0,
    stores: [],
    version: "",
    ledger,
    tenantLabel: true,
    traceUnderWay,
  });
  let calls = 0;
  for (let lines = 0; lines < series; ) {
    for (let more = 0; more < 1_000; more++, calls++) {
      const [protocol, outcome] = [protocols[calls % 5] as string, outcomes[calls % 4] as Outcome];
      const told = { protocol, originId: "https://api.openai.com/v1", model: `model-${calls % 97}`, stream: false };
      metrics.trace({ type: "call-end", ...told, outcome, tenant: `tenant-${calls % 19}`, durationMs: calls % 300 });
      metrics.trace({ type: "lookup-end", layer: "exact", result: "hit", durationMs: calls % 3 });
      metrics.trace({ type: "origin-end", ...told, result: 200, durationMs: calls % 300, originCall: told });
      metrics.observeResponse(protocol, outcome.kind, false, calls % 300);
      ledger.hear({ type: "spending", ...told, cost: { usage: undefined, price: undefined } });
    }
    const { text } = await metrics.render();
    lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  }
  return metrics;
}

export const sides: Sides = {
  async plain() {
    const metrics = await filled();
    return timed(() => metrics.render(), { batch: 5 });
  },
  async openMetrics() {
    const metrics = await filled();
    return timed(() => metrics.render(undefined, "openmetrics"), { batch: 5 });
  },
  async fourWorkers() {
    const [metrics, ...others] = await Promise.all([filled(), filled(), filled(), filled()]);
    const readings = await Promise.all([metrics, ...others].map((each) => each.read()));
    return timed(() => metrics.render(mergedReadings(readings)), { batch: 5 });
  },
};

export const metricsScrape: Benchmark = {
  name: "metrics",
  describe: "a scrape of 10,000 series",
  async run({ quick }) {
    const {
      plain = [],
      openMetrics = [],
      fourWorkers = [],
    } = await compareSides(import.meta.filename, Object.keys(sides), {
      rounds: quick ? 1 : 9,
      sampleMs: quick ? 100 : 400,
    });
    const ms = (ns: readonly number[]) => ns.map((value) => value / 1e6);
    const bound = { must: 50, aim: 20, better: "lower", unit: "ms" } as const;
    return {
      budget: [
        budgetRow("a scrape of 10,000 series", "", ms(plain), bound),
        budgetRow("the same in OpenMetrics, with exemplars", "", ms(openMetrics), bound),
      ],
      figures: [figure("the same of four workers together", "ms", ms(fourWorkers))],
      notes: ["Only the text is made; the way over the network is not part of it."],
    };
  },
};
