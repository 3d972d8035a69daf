import type { StatsReport } from "../../../src/telemetry/rollups/stats-report.ts";
import { Meter } from "../../charts/meter.tsx";
import { count, percent } from "../../format/numbers.ts";
import { DataTable } from "../../parts/data-table.tsx";
import { Empty } from "../../parts/loaded.tsx";
import { layers } from "../layer-names.ts";

/** Of the calls that the cache was asked about, how many each layer answered. */
export function HitRates({ report: { calls, requests, saved } }: { readonly report: StatsReport }) {
  const asked = calls - requests.bypass;
  if (asked === 0) return <Empty title="Nothing yet">No call was made in this time.</Empty>;
  const answered = layers.reduce((sum, { name }) => sum + saved[name].hits, 0);
  const rows = [
    ...layers.map(({ name, title }) => ({ title, hits: saved[name].hits, color: `--series-${name}` })),
    { title: "All together", hits: answered, color: "--accent" },
  ];
  return (
    <>
      <DataTable
        caption="Hit rate by layer"
        rows={rows}
        keyOf={({ title }) => title}
        columns={[
          { title: "Layer", cell: ({ title }) => title },
          { title: "Answered", isNumber: true, cell: ({ hits }) => count(hits) },
          { title: "Rate", isNumber: true, cell: ({ hits }) => percent(hits, asked) },
          { title: "Share", cell: ({ hits, color }) => <Meter part={hits} all={asked} color={color} /> },
        ]}
      />
      <p class="note">Of {count(asked)} calls that the cache was asked about; those that passed it by do not count.</p>
    </>
  );
}
