import { useMemo } from "preact/hooks";
import type { TimeseriesReport } from "../../src/telemetry/rollups/stats-report.ts";
import type { Failure } from "../api/failure.ts";
import { type Polled, usePolled } from "../api/polled.ts";
import type { Series, Timeline } from "../charts/series.ts";
import type { windows } from "./windows.ts";

/** Several metrics over one window, as one timeline. */

export interface Metric extends Omit<Series, "values"> {
  readonly metric: string;
}

export interface TimelineAsked {
  readonly data: Timeline | undefined;
  readonly failure: Failure | undefined;
}

/** `metrics` must be the same at each rendering: each is asked for by a hook of its own. */
export function useTimeline(metrics: readonly Metric[], { value, step }: (typeof windows)[number]): TimelineAsked {
  const asked: Polled<TimeseriesReport>[] = metrics.map(({ metric }) =>
    usePolled<TimeseriesReport>("/timeseries", {
      query: { metric, window: value, step },
      everyMs: 5_000,
    }),
  );
  const data = useMemo(
    () => timelineOf(metrics, asked),
    asked.map((one) => one.data),
  );
  return { data, failure: asked.find(({ failure }) => failure !== undefined)?.failure };
}

/** The instants of the first; a report that was asked for a moment later may have one more. */
function timelineOf(metrics: readonly Metric[], asked: readonly Pick<Polled<TimeseriesReport>, "data">[]) {
  const reports = asked.map(({ data }) => data);
  const [first] = reports;
  if (first === undefined || reports.includes(undefined)) return undefined;
  const times = first.points.map(([at]) => at);
  const series = metrics.map(({ metric: _, ...look }, index) => {
    const values = new Map(reports[index]?.points);
    return { ...look, values: times.map((at) => values.get(at) ?? null) };
  });
  return { times, series };
}
