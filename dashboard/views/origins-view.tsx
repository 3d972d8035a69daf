import type { z } from "zod";
import type { originsSchema, replicasSchema } from "../../src/gateway/admin/origins-route.ts";
import { usePolled } from "../api/polled.ts";
import { count, duration, percent } from "../format/numbers.ts";
import { ago, instant } from "../format/times.ts";
import { Card } from "../parts/card.tsx";
import { ConditionChip } from "../parts/chips.tsx";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";

type OriginsReport = z.output<typeof originsSchema>;
type ReplicasReport = z.output<typeof replicasSchema>;
type Replica = ReplicasReport["replicas"][number];
type Origin = OriginsReport["origins"][number];

const columns: readonly Column<Origin>[] = [
  { title: "Name", cell: ({ name }) => name },
  { title: "State", cell: ({ state }) => <ConditionChip condition={state} /> },
  { title: "Since", isNumber: true, cell: ({ since }) => <span title={instant(since)}>{ago(since)}</span> },
  { title: "Calls", isNumber: true, cell: ({ requests }) => count(requests) },
  { title: "Failed", isNumber: true, cell: ({ errors }) => count(errors) },
  { title: "Share failed", isNumber: true, cell: ({ errors, requests }) => percent(errors, requests) },
  { title: "Median", isNumber: true, cell: ({ latencyMs }) => duration(latencyMs?.p50) },
  { title: "95 %", isNumber: true, cell: ({ latencyMs }) => duration(latencyMs?.p95) },
  { title: "Address", cell: ({ url }) => <span class="code">{url}</span> },
];

const replicaColumns: readonly Column<Replica>[] = [
  { title: "Address", cell: ({ url }) => <span class="code">{url}</span> },
  { title: "Pool", cell: ({ pool }) => pool },
  { title: "State", cell: ({ state }) => <ConditionChip condition={state} /> },
  { title: "Since", isNumber: true, cell: ({ since }) => <span title={instant(since)}>{ago(since)}</span> },
  { title: "Under way", isNumber: true, cell: ({ inFlight }) => count(inFlight) },
  { title: "Calls", isNumber: true, cell: ({ requests }) => count(requests) },
  { title: "Failed", isNumber: true, cell: ({ errors }) => count(errors) },
  {
    title: "Prompt read from its cache",
    isNumber: true,
    cell: ({ cachedTokens, promptTokens }) => percent(cachedTokens, promptTokens),
  },
];

export function OriginsView() {
  const origins = usePolled<OriginsReport>("/origins", { everyMs: 5_000, isLive: true });
  const replicas = usePolled<ReplicasReport>("/replicas", { everyMs: 5_000 });
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Origins</h1>
      </div>
      <Card title="Origins" note="As this process has found them since it started.">
        <Loaded of={origins} what="Origins">
          {(report) =>
            report.origins.length === 0 ? (
              <Empty title="No origin is configured" />
            ) : (
              <DataTable caption="Origins" rows={report.origins} keyOf={({ name }) => name} columns={columns} />
            )
          }
        </Loaded>
      </Card>
      <Card title="Replicas" note="Of pools of origins that compute the same.">
        <Loaded of={replicas} what="Replicas">
          {(report) =>
            report.replicas.length === 0 ? (
              <Empty title="No pool is configured" />
            ) : (
              <DataTable
                caption="Replicas"
                rows={report.replicas}
                keyOf={({ pool, url }) => `${pool} ${url}`}
                columns={replicaColumns}
              />
            )
          }
        </Loaded>
      </Card>
    </>
  );
}
