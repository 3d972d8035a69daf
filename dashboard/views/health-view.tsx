import type { z } from "zod";
import type { healthSchema } from "../../src/gateway/admin/health-route.ts";
import { usePolled } from "../api/polled.ts";
import { bytes, count, duration, nothing, percent } from "../format/numbers.ts";
import { ago, instant } from "../format/times.ts";
import { Card } from "../parts/card.tsx";
import { ConditionChip } from "../parts/chips.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { Figure, Figures } from "../parts/figure.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { titled } from "./layer-names.ts";

type HealthReport = z.output<typeof healthSchema>;

const statuses = { ready: "Ready", degraded: "Degraded", draining: "Stopping" } as const;

const statusNotes = {
  ready: "everything that it stands on is there",
  degraded: "a store is away; calls go on without it",
  draining: "what is under way is finished, nothing new is taken",
} as const;

export function HealthView() {
  const health = usePolled<HealthReport>("/health", { everyMs: 3_000 });
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Health</h1>
      </div>
      <Loaded of={health} what="Health">
        {(report) => (
          <>
            <Figures>
              <Figure label="Status" value={statuses[report.status]} note={statusNotes[report.status]} />
              <Figure
                label="Running for"
                value={duration(Math.max(0, Date.now() - Date.parse(report.startedAt)))}
                note={`since ${instant(report.startedAt)}`}
              />
              <Figure label="Version" value={report.version} />
            </Figures>
            <Card title="Stores">
              <Stores stores={report.stores} />
            </Card>
            <Card title="Parts" note="What else is in use. Callers do not notice when one of these fails.">
              <Parts parts={report.parts} />
            </Card>
          </>
        )}
      </Loaded>
    </>
  );
}

const breakers = {
  closed: "lets calls through",
  "half-open": "tries one call",
  open: "left alone for a while",
} as const;

function Stores({ stores }: Pick<HealthReport, "stores">) {
  return (
    <DataTable
      caption="Stores"
      rows={stores}
      keyOf={({ name }) => name}
      columns={[
        { title: "Store", cell: ({ name }) => name },
        { title: "State", cell: ({ state }) => <ConditionChip condition={state} /> },
        { title: "Since", cell: ({ since }) => (since === undefined ? "" : ago(since)) },
        { title: "Circuit breaker", cell: ({ breaker }) => breakers[breaker] },
        { title: "Values", isNumber: true, cell: ({ entries }) => (entries === undefined ? nothing : count(entries)) },
        { title: "Size", isNumber: true, cell: (store) => bytes(store.bytes) },
        { title: "Bound", isNumber: true, cell: ({ capacityBytes }) => bytes(capacityBytes) },
        {
          title: "Full",
          isNumber: true,
          cell: (store) =>
            store.capacityBytes === undefined ? nothing : percent(store.bytes ?? 0, store.capacityBytes),
        },
      ]}
    />
  );
}

function Parts({ parts }: Pick<HealthReport, "parts">) {
  if (parts.length === 0) return <Empty title="None is in use" />;
  return (
    <DataTable
      caption="Parts"
      rows={parts}
      keyOf={({ part }) => part}
      columns={[
        { title: "Part", cell: ({ part }) => titled(part) },
        { title: "Which", cell: ({ name }) => name },
        { title: "State", cell: ({ state }) => <ConditionChip condition={state} /> },
        { title: "Last fault", cell: ({ since }) => (since === undefined ? "none" : ago(since)) },
        { title: "Faults", isNumber: true, cell: ({ faults }) => count(faults) },
      ]}
    />
  );
}
