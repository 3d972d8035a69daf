import type { StatsReport } from "../../../src/telemetry/rollups/stats-report.ts";
import { count, duration } from "../../format/numbers.ts";
import { DataTable } from "../../parts/data-table.tsx";

export function LatencyTable({ report: { latency } }: { readonly report: StatsReport }) {
  const rows = [
    { title: "Hit", ...latency.hit },
    { title: "Miss", ...latency.miss },
  ];
  return (
    <DataTable
      caption="Time until the first byte"
      rows={rows}
      keyOf={({ title }) => title}
      columns={[
        { title: "Outcome", cell: ({ title }) => title },
        { title: "Calls", isNumber: true, cell: (row) => count(row.count) },
        { title: "Median", isNumber: true, cell: ({ p50 }) => duration(p50) },
        { title: "95 %", isNumber: true, cell: ({ p95 }) => duration(p95) },
        { title: "99 %", isNumber: true, cell: ({ p99 }) => duration(p99) },
      ]}
    />
  );
}
