import { readFileSync } from "node:fs";
import { Ledger } from "../../src/telemetry/ledger.ts";
import { prometheusMetrics } from "../../src/telemetry/prometheus.ts";

/** The queries of the page, by the name that each block is given behind its language. */
export function recipes(): ReadonlyMap<string, string> {
  const page = readFileSync(new URL("../../docs/observability.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/^```promql (.+)\n([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, name = "", expression = ""]) => [name, expression.trim()]));
}

/** Every metric that a gateway has, whether or not something was counted. */
export async function metricNames(): Promise<ReadonlySet<string>> {
  const metrics = prometheusMetrics({ flights: () => 0, stores: [], version: "", ledger: new Ledger() });
  const { text } = await metrics.render();
  return new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name));
}

/** The metrics that an expression names which there are not. */
export function unknownMetrics(expression: string, known: ReadonlySet<string>): readonly string[] {
  const named = [...expression.matchAll(/\breprise_[a-z_]+/g)].map(([name]) => name);
  return named.filter((name) => !known.has(name) && !known.has(name.replace(/_(?:bucket|count|sum)$/, "")));
}
