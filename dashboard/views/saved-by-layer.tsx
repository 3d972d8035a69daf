import type { StatsReport } from "../../src/telemetry/rollups/stats-report.ts";
import { Swatch } from "../charts/swatch.tsx";
import { bytes, count, duration, money } from "../format/numbers.ts";
import { Card } from "../parts/card.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { layers } from "./layer-names.ts";

/** What each layer saved, beside each other and never as one number only. */
export function SavedByLayer({ report }: { readonly report: StatsReport }) {
  const rows = layers.map((layer) => ({ ...layer, ...report.saved[layer.name] }));
  const { gross, overhead, net } = report;
  return (
    <Card title="What each layer saved">
      <DataTable
        caption="What each layer saved"
        rows={rows}
        keyOf={({ name }) => name}
        columns={[
          {
            title: "Layer",
            cell: ({ name, title }) => (
              <span class="mark">
                <Swatch color={`--series-${name}`} />
                {title}
              </span>
            ),
          },
          { title: "Calls answered", isNumber: true, cell: ({ hits }) => count(hits) },
          { title: "Money, list price", isNumber: true, cell: ({ usd }) => money(usd.list) },
          { title: "At least", isNumber: true, cell: ({ usd }) => money(usd.conservative) },
          { title: "Time", isNumber: true, cell: ({ timed, timeMs }) => duration(timed === 0 ? null : timeMs) },
          {
            title: "Tokens",
            isNumber: true,
            cell: ({ tokens }) => count(tokens.inputTokens + tokens.outputTokens),
          },
          { title: "Bytes", isNumber: true, cell: (row) => bytes(row.bytes) },
          { title: "Reported wrong", isNumber: true, cell: ({ wrong }) => count(wrong) },
          { title: "Without price", isNumber: true, cell: ({ unpriced }) => count(unpriced) },
        ]}
      />
      <p class="note numbers">
        Together {money(gross.usd.list)}, less {money(overhead.usd)} for the look-ups themselves, is{" "}
        {money(net.usd.list)} net. "At least" prices each prompt as if the provider had had it in a cache of its own.
      </p>
    </Card>
  );
}
