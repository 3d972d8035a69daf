import type { z } from "zod";
import type { lintSchema } from "../../src/gateway/admin/lint-route.ts";
import { usePolled } from "../api/polled.ts";
import { count, money, nothing, percent } from "../format/numbers.ts";
import { instant } from "../format/times.ts";
import { Card } from "../parts/card.tsx";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";

type LintReport = z.output<typeof lintSchema>;
type Finding = LintReport["findings"][number];

const columns: readonly Column<Finding>[] = [
  { title: "Cause", cell: ({ what }) => what },
  { title: "Section", cell: ({ section }) => <span class="code">{section ?? nothing}</span> },
  { title: "Byte", isNumber: true, cell: ({ byte }) => (byte === undefined ? nothing : count(byte)) },
  { title: "Calls", isNumber: true, cell: ({ calls, ofCalls }) => `${count(calls)} of ${count(ofCalls)}` },
  { title: "Tokens lost", isNumber: true, cell: ({ lostTokens }) => count(lostTokens) },
  { title: "Cost", isNumber: true, cell: ({ lostUsd }) => (lostUsd === undefined ? nothing : money(lostUsd)) },
  {
    title: "A day",
    isNumber: true,
    cell: ({ lostUsdPerDay }) => (lostUsdPerDay === undefined ? nothing : money(lostUsdPerDay)),
  },
  { title: "Model", cell: ({ model }) => model },
];

export function LintView() {
  const lint = usePolled<LintReport>("/lint", { everyMs: 10_000 });
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Lint</h1>
      </div>
      <Card
        title="Prompts that should share their start"
        note="What providers and engines computed in full, though an earlier prompt began as this one should have."
      >
        <Loaded of={lint} what="The lint">
          {(report) => (
            <>
              <Findings report={report} />
              {report.mode !== "off" && <p class="note">{heardNote(report)}</p>}
            </>
          )}
        </Loaded>
      </Card>
    </>
  );
}

function Findings({ report: { mode, heard, findings } }: { readonly report: LintReport }) {
  if (mode === "off") return <Empty title="The lint is off">layers.prefix.lint turns it on.</Empty>;
  if (heard === 0) return <Empty title="No prompts yet">Calls that an origin answers are looked at.</Empty>;
  if (findings.length === 0) return <Empty title="Nothing keeps prompts from sharing their starts" />;
  return (
    <>
      <DataTable caption="Findings" rows={findings} keyOf={(_, index) => index} columns={columns} />
      <ol class="findings" aria-label="What to do">
        {findings.map((finding, index) => (
          <Detail key={index} finding={finding} />
        ))}
      </ol>
    </>
  );
}

function Detail({ finding: { what, section, label, tenant, example, remedy } }: { readonly finding: Finding }) {
  return (
    <li>
      <strong>{what}</strong>
      {section !== undefined && (
        <>
          {" "}
          in <span class="code">{section}</span>
        </>
      )}
      {label !== undefined && ` of “${label}”`}, tenant <span class="code">{tenant}</span>
      {example !== undefined && (
        <p class="code">
          {example.context}[{example.before} | {example.after}]
        </p>
      )}
      <p>{remedy}</p>
    </li>
  );
}

function heardNote({ mode, calls, heard, from, to, inputTokens, lostTokens }: LintReport): string {
  const span = from === undefined ? "" : ` from ${instant(from)} to ${instant(to)}`;
  const lost = `${percent(lostTokens, inputTokens)} of ${count(inputTokens)} input tokens could have been read from a cache.`;
  const shown = mode === "places" ? " Set layers.prefix.lint to full to see what differs." : "";
  return `${count(heard)} of ${count(calls)} calls to this process${span} were looked at. ${lost}${shown}`;
}
