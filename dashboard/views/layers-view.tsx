import type { StatsReport } from "../../src/telemetry/rollups/stats-report.ts";
import { usePolled } from "../api/polled.ts";
import { count, money, percent } from "../format/numbers.ts";
import { Card } from "../parts/card.tsx";
import { Figure, Figures } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Segments } from "../parts/segments.tsx";
import type { ViewProps } from "../shell/app.tsx";
import { go } from "../shell/route.ts";
import { SavedByLayer } from "./saved-by-layer.tsx";
import { SemanticCards } from "./semantic-cards.tsx";
import { windowOf, windows } from "./windows.ts";

export interface LayerSettings {
  readonly layers?: {
    readonly semantic?: { readonly mode?: string; readonly strategy?: string };
    readonly embedding?: { readonly enabled?: boolean };
  };
}

export function LayersView({ filter }: ViewProps) {
  const chosen = windowOf(filter);
  const stats = usePolled<StatsReport>("/stats", { query: { window: chosen.value }, everyMs: 5_000, isLive: true });
  const config = usePolled<LayerSettings>("/config");
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Layers</h1>
        <Segments
          label="How far back"
          options={windows}
          value={chosen.value}
          onChoose={(window) => go("layers", { window })}
        />
      </div>
      <Loaded of={stats} what="Layers">
        {(report) => (
          <>
            <SavedByLayer report={report} />
            <SemanticCards report={report} settings={config.data?.layers?.semantic} />
            <div class="grid">
              <EmbeddingCard report={report} isOn={config.data?.layers?.embedding?.enabled !== false} />
              <PrefixCard report={report} />
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function EmbeddingCard({ report, isOn }: { readonly report: StatsReport; readonly isOn: boolean }) {
  const { hits, answers, tokens, usd } = report.saved.embedding;
  if (answers === 0 && hits === 0) {
    return (
      <Card title="Embedding">
        <Empty title={isOn ? "Nothing yet" : "Switched off"}>
          {isOn ? "No text was asked for twice in this time." : "layers.embedding.enabled is false."}
        </Empty>
      </Card>
    );
  }
  return (
    <Card title="Embedding" note="Texts whose vectors were not computed again.">
      <Figures>
        <Figure label="Requests answered whole" value={count(hits)} />
        <Figure label="Answers and parts of them" value={count(answers)} />
        <Figure label="Tokens not sent" value={count(tokens.inputTokens)} note={`${money(usd.list)} saved`} />
      </Figures>
    </Card>
  );
}

/** What the providers' own caches did, whether or not this layer had a hand in it. */
function PrefixCard({ report: { saved, spent } }: { readonly report: StatsReport }) {
  const { tokens } = spent.inference;
  if (tokens.cachedInputTokens === 0 && tokens.cacheWriteTokens === 0 && saved.prefix.answers === 0) {
    return (
      <Card title="Prefix">
        <Empty title="Nothing yet">No provider has told of tokens that it read from its own cache.</Empty>
      </Card>
    );
  }
  return (
    <Card title="Prefix" note="Input that providers had in their own caches.">
      <Figures>
        <Figure
          label="Input tokens read from caches"
          value={percent(tokens.cachedInputTokens, tokens.inputTokens)}
          note={`${count(tokens.cachedInputTokens)} of ${count(tokens.inputTokens)}`}
        />
        <Figure label="Tokens written to caches" value={count(tokens.cacheWriteTokens)} />
        <Figure label="Saved by this layer" value={money(saved.prefix.usd.list)} />
      </Figures>
    </Card>
  );
}
