import type { MetricFamily, MetricValue } from "./metrics-reading.ts";

/**
 * Metrics as text: the plain format of Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), or OpenMetrics 1.0, which alone has exemplars
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/). In OpenMetrics the family of a counter has no `_total`.
 *
 * A scrape writes every series there is while calls wait: a value is escaped only where it must be, and no line is kept.
 */

export type ExpositionFormat = "plain" | "openmetrics";

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  plain: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

const total = "_total";

export function exposed(families: readonly MetricFamily[], format: ExpositionFormat): Exposition {
  const isOpen = format === "openmetrics";
  let text = "";
  for (const family of families) {
    const { help, name, type, values } = family;
    const shown = isOpen && type === "counter" && name.endsWith(total) ? name.slice(0, -total.length) : name;
    if (!isOpen && text !== "") text += "\n";
    text += `# HELP ${shown} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${shown} ${type}\n`;
    for (const value of values) text += `${line(name, value, isOpen)}\n`;
  }
  return { contentType: contentTypes[format], text: isOpen ? `${text}# EOF\n` : text };
}

function line(name: string, { exemplar, labels, metricName = name, value }: MetricValue, isOpen: boolean): string {
  const pairs = pairsOf(labels);
  const sample = `${metricName}${pairs === "" ? "" : `{${pairs}}`} ${numberText(value)}`;
  if (!isOpen || exemplar === undefined) return sample;
  const { labelSet, timestamp, value: observed } = exemplar;
  return `${sample} # {trace_id="${labelSet.trace_id}"} ${numberText(observed)} ${timestamp}`;
}

function pairsOf(labels: MetricValue["labels"]): string {
  let pairs = "";
  for (const name in labels) {
    const value = labels[name];
    pairs += `${pairs === "" ? "" : ","}${name}="${typeof value === "string" ? escaped(value) : value}"`;
  }
  return pairs;
}

const mustEscape = /[\\"\n]/;

function escaped(value: string): string {
  if (!mustEscape.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

/** What a scraper asks for with its `Accept` field; anything else than OpenMetrics is the plain format. */
export function wantedFormat(accept: string | undefined): ExpositionFormat {
  const ranges = (accept ?? "").toLowerCase().split(",");
  const asks = ranges.some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    return type === "application/openmetrics-text" && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one));
  });
  return asks ? "openmetrics" : "plain";
}
