import type { z } from "zod";
import type { promptsSchema } from "../../src/gateway/prompts/prompt-schemas.ts";
import { usePolled } from "../api/polled.ts";
import { bytes, count, nothing, percent } from "../format/numbers.ts";
import { ago, instant } from "../format/times.ts";
import { Card } from "../parts/card.tsx";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Segments } from "../parts/segments.tsx";
import type { ViewProps } from "../shell/app.tsx";
import { go } from "../shell/route.ts";
import { windowOf, windows } from "./windows.ts";

type PromptsReport = z.output<typeof promptsSchema>;
type Prompt = PromptsReport["prompts"][number];
type Finding = PromptsReport["findings"][number];

export function PromptsView({ filter }: ViewProps) {
  const chosen = windowOf(filter);
  const prompts = usePolled<PromptsReport>("/prompts", { query: { window: chosen.value }, everyMs: 10_000 });
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Prompts</h1>
        <Segments
          label="How far back"
          options={windows}
          value={chosen.value}
          onChoose={(window) => go("prompts", { window })}
        />
      </div>
      <Loaded of={prompts} what="Prompts">
        {(report) => (
          <>
            <Card
              title="Registered prompts"
              note="Calls that begin with one, whether they refer to it or have its text."
            >
              <Registered report={report} />
            </Card>
            {report.findings.length > 0 && (
              <Card title="What the lint says" note="Prompts that should be one, and what in them will not stay.">
                <DataTable caption="Findings" rows={report.findings} keyOf={(_, index) => index} columns={findings} />
              </Card>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function Registered({ report: { prompts, calls } }: { readonly report: PromptsReport }) {
  if (prompts.length === 0) return <Empty title="No prompts yet">Register one: reprise prompts set NAME FILE</Empty>;
  const columns: readonly Column<Prompt>[] = [
    { title: "Prompt", cell: ({ name }) => <span class="code">{name}</span> },
    { title: "Newest", cell: ({ newest }) => <span class="code">{newest ?? "(deleted)"}</span> },
    { title: "Calls", isNumber: true, cell: (prompt) => count(prompt.calls) },
    { title: "Of all calls", isNumber: true, cell: (prompt) => percent(prompt.calls, calls) },
    { title: "Versions with calls", cell: ({ versions }) => used(versions) },
    { title: "Size", isNumber: true, cell: (prompt) => bytes(newestOf(prompt)?.bytes) },
    { title: "Set", isNumber: true, cell: (prompt) => <Since prompt={prompt} /> },
    { title: "Whose", cell: ({ tenant }) => <span class="code">{tenant ?? "everybody's"}</span> },
  ];
  const keyOf = ({ tenant = "", name }: Prompt) => `${tenant}/${name}`;
  return <DataTable caption="Registered prompts" rows={prompts} keyOf={keyOf} columns={columns} />;
}

const findings: readonly Column<Finding>[] = [
  { title: "Prompts", cell: ({ prompts }) => <span class="code">{prompts.join(" | ")}</span> },
  { title: "Cause", cell: ({ cause }) => cause },
  { title: "Alike", isNumber: true, cell: ({ likeness }) => (likeness === undefined ? nothing : percent(likeness, 1)) },
  { title: "Byte", isNumber: true, cell: ({ byte }) => count(byte) },
  {
    title: "What stands there",
    cell: ({ before, after, kind }) => <span class="code">{kind === "text" ? before : `[${before} | ${after}]`}</span>,
  },
  { title: "Remedy", cell: ({ remedy }) => remedy },
];

function Since({ prompt }: { readonly prompt: Prompt }) {
  const createdAt = newestOf(prompt)?.createdAt;
  return <span title={instant(createdAt)}>{ago(createdAt)}</span>;
}

function newestOf({ versions, newest }: Prompt) {
  return versions.find(({ version }) => version === newest);
}

function used(versions: Prompt["versions"]): string {
  const called = versions.filter(({ calls }) => calls > 0).map(({ version, calls }) => `${version}: ${count(calls)}`);
  return called.length === 0 ? nothing : called.join(", ");
}
