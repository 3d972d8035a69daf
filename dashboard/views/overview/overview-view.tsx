import type { StatsReport } from "../../../src/telemetry/rollups/stats-report.ts";
import { usePolled } from "../../api/polled.ts";
import { TimeChart } from "../../charts/time-chart.tsx";
import { count, duration } from "../../format/numbers.ts";
import { Card } from "../../parts/card.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Segments } from "../../parts/segments.tsx";
import type { ViewProps } from "../../shell/app.tsx";
import { go } from "../../shell/route.ts";
import { outcomes, titled } from "../layer-names.ts";
import { type Metric, useTimeline } from "../timeseries.ts";
import { windowOf, windows } from "../windows.ts";
import { HitRates } from "./hit-rates.tsx";
import { LatencyTable } from "./latency-table.tsx";
import { LatestCalls } from "./latest-calls.tsx";
import { Savings } from "./savings.tsx";

const requestMetrics: readonly Metric[] = outcomes.map((kind) => ({
  metric: `requests.${kind}`,
  name: titled(kind),
  color: `--series-${kind}`,
}));

const latencyMetrics: readonly Metric[] = [
  { metric: "latency.hit.p50", name: "Hit, median", color: "--series-hit", total: "" },
  { metric: "latency.miss.p50", name: "Miss, median", color: "--series-error", total: "" },
];

export function OverviewView({ filter }: ViewProps) {
  const chosen = windowOf(filter);
  const stats = usePolled<StatsReport>("/stats", {
    query: { window: chosen.value },
    everyMs: 5_000,
    isLive: true,
  });
  const requests = useTimeline(requestMetrics, chosen);
  const latency = useTimeline(latencyMetrics, chosen);
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Overview</h1>
        <Segments
          label="How far back"
          options={windows}
          value={chosen.value}
          onChoose={(window) => go("overview", { window })}
        />
      </div>
      <Savings />
      <Card title="Requests by outcome" note="Each call has exactly one outcome.">
        <Loaded of={requests} what="Requests">
          {(timeline) => (
            <TimeChart
              title="Requests by outcome"
              kind="stacked"
              {...timeline}
              format={count}
              empty="Calls that pass through the gateway appear here within seconds."
            />
          )}
        </Loaded>
      </Card>
      <LatestCalls />
      <div class="grid">
        <Card title="Hit rate by layer">
          <Loaded of={stats} what="Hit rates">
            {(report) => <HitRates report={report} />}
          </Loaded>
        </Card>
        <Card title="Time until the first byte">
          <Loaded of={stats} what="Times">
            {(report) => <LatencyTable report={report} />}
          </Loaded>
          <Loaded of={latency} what="Times">
            {(timeline) => (
              <TimeChart
                title="Median time until the first byte"
                kind="lines"
                {...timeline}
                format={duration}
                formatAxis={duration}
                empty="A hit and a miss are compared here once there were both."
              />
            )}
          </Loaded>
        </Card>
      </div>
    </>
  );
}
