import type { SemanticReport, StatsReport } from "../../src/telemetry/rollups/stats-report.ts";
import { Histogram } from "../charts/histogram.tsx";
import { Meter } from "../charts/meter.tsx";
import { count, money, percent } from "../format/numbers.ts";
import { Card } from "../parts/card.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { Figure, Figures } from "../parts/figure.tsx";
import { Empty } from "../parts/loaded.tsx";
import { titled } from "./layer-names.ts";

export interface SemanticCardsProps {
  readonly report: StatsReport;
  readonly settings: { readonly mode?: string; readonly strategy?: string } | undefined;
}

/** Like questions: what was found, what was refused and why, and what observing alone would have saved. */
export function SemanticCards({ report: { semantic }, settings }: SemanticCardsProps) {
  const { looks, hits, wouldHits, observed, similarity } = semantic;
  const mode = settings?.mode ?? "observe";
  return (
    <>
      <Card title="Semantic" aside={<span class="chip">Mode: {mode}</span>} note={modeNotes[mode] ?? ""}>
        {looks === 0 ? (
          <Empty title={mode === "off" ? "Switched off" : "Nothing yet"}>
            {mode === "off"
              ? "Set layers.semantic.mode to observe or serve."
              : "No question was looked up in this time."}
          </Empty>
        ) : (
          <Figures>
            <Figure label="Questions looked up" value={count(looks)} />
            <Figure label="Served" value={count(hits)} note={`${percent(hits, looks)} of them`} />
            <Figure
              label="Would have been served"
              value={count(wouldHits)}
              note={`only observed: ${percent(wouldHits, looks)} of them`}
            />
            <Figure
              label="Observing would have saved"
              value={money(observed.usd)}
              note={`${count(observed.tokens.inputTokens + observed.tokens.outputTokens)} tokens`}
              exact={`${observed.usd} USD`}
            />
          </Figures>
        )}
      </Card>
      <div class="grid">
        <Card
          title="Similarity of the best candidate"
          note="Cosine; only of candidates that were found by their vector."
        >
          <Histogram
            title="Similarity of the best candidate"
            {...similarity}
            empty="No question had a candidate with a vector in this time."
          />
        </Card>
        <Card title="Vetoes of guards" note="What looked alike and was not, by what told them apart.">
          <Counts title="Guard" counts={semantic.vetoes} empty="No guard had to veto anything in this time." />
        </Card>
        <Card title="Why nothing was served">
          <Counts title="Reason" counts={semantic.refusals} empty="Nothing was refused in this time." />
        </Card>
        <Card title="What became known of answers">
          <Verdicts verdicts={semantic.verdicts} />
        </Card>
      </div>
    </>
  );
}

const modeNotes: Readonly<Record<string, string>> = {
  observe: "It decides and counts what it would have saved, and serves nothing.",
  serve: "Answers to like questions are served.",
  off: "Only the very same question is answered.",
};

interface CountsProps {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly empty: string;
}

/** The most frequent first. */
function Counts({ title, counts, empty }: CountsProps) {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const most = rows[0]?.[1] ?? 0;
  if (most === 0) return <Empty title="Nothing yet">{empty}</Empty>;
  return (
    <DataTable
      caption={title}
      rows={rows}
      keyOf={([name]) => name}
      columns={[
        { title, cell: ([name]) => titled(name) },
        { title: "Questions", isNumber: true, cell: ([, value]) => count(value) },
        { title: "Share", cell: ([, value]) => <Meter part={value} all={most} color="--series-semantic" /> },
      ]}
    />
  );
}

const witnesses: Readonly<Record<string, string>> = {
  answers: "The origin's own answers, compared",
  audit: "A second call to the origin",
  judge: "The judge",
  feedback: "People",
};

function Verdicts({ verdicts }: Pick<SemanticReport, "verdicts">) {
  const rows = Object.entries(verdicts);
  if (rows.length === 0) return <Empty title="Nothing yet">Nobody has said anything of an answer in this time.</Empty>;
  return (
    <DataTable
      caption="What became known of answers"
      rows={rows}
      keyOf={([by]) => by}
      columns={[
        { title: "Who said so", cell: ([by]) => witnesses[by] ?? titled(by) },
        { title: "Right", isNumber: true, cell: ([, { right }]) => count(right) },
        { title: "Wrong", isNumber: true, cell: ([, { wrong }]) => count(wrong) },
        { title: "Share wrong", isNumber: true, cell: ([, { right, wrong }]) => percent(wrong, right + wrong) },
      ]}
    />
  );
}
