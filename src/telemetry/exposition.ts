import { type OpenMetricsContentType, type PrometheusContentType, Registry } from "prom-client";
import type { MetricFamily } from "./metrics-reading.ts";

/**
 * Metrics as text: the plain format of Prometheus, or OpenMetrics 1.0, which alone has exemplars
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/). In OpenMetrics the family of a counter has no `_total`.
 */

export type ExpositionFormat = "plain" | "openmetrics";

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

const total = "_total";

export async function exposed(families: readonly MetricFamily[], format: ExpositionFormat): Promise<Exposition> {
  const isOpen = format === "openmetrics";
  const registry = new Registry<PrometheusContentType | OpenMetricsContentType>();
  if (isOpen) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const family of families) {
    const { name, type } = family;
    const shown = isOpen && type === "counter" && name.endsWith(total) ? name.slice(0, -total.length) : name;
    const metric = { name: shown, type, get: () => ({ ...family, name: shown }) };
    registry.registerMetric(metric as unknown as Parameters<typeof registry.registerMetric>[0]);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
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
