import type { z } from "zod";
import type { tenantsSchema } from "../../src/gateway/admin/tenants-route.ts";
import { usePolled } from "../api/polled.ts";
import { bytes, count, nothing, percent } from "../format/numbers.ts";
import { ago, instant } from "../format/times.ts";
import { Card } from "../parts/card.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { hashOf } from "../shell/route.ts";

type TenantsReport = z.output<typeof tenantsSchema>;

export function TenantsView() {
  const tenants = usePolled<TenantsReport>("/tenants", { everyMs: 10_000 });
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Tenants</h1>
      </div>
      <Card title="Who shares with whom" note="Answers of one tenant are never given to another.">
        <Loaded of={tenants} what="Tenants">
          {(report) =>
            report.tenants.length === 0 ? (
              <Empty title="Nobody yet">Whoever calls the gateway, or has something stored, is listed here.</Empty>
            ) : (
              <>
                <TenantTable tenants={report.tenants} />
                <p class="note">{countNote(report)}</p>
              </>
            )
          }
        </Loaded>
      </Card>
    </>
  );
}

function TenantTable({ tenants }: Pick<TenantsReport, "tenants">) {
  return (
    <DataTable
      caption="Tenants"
      rows={tenants}
      keyOf={({ tenant }) => tenant}
      columns={[
        { title: "Tenant", cell: ({ tenant }) => <span class="code">{tenant}</span> },
        { title: "Entries", isNumber: true, cell: ({ entries }) => (entries === undefined ? nothing : count(entries)) },
        { title: "Stored", isNumber: true, cell: (row) => bytes(row.bytes) },
        { title: "Calls", isNumber: true, cell: ({ requests }) => count(requests) },
        { title: "Hit rate", isNumber: true, cell: ({ hits, requests }) => percent(hits, requests) },
        {
          title: "Last seen",
          isNumber: true,
          cell: ({ lastSeenAt }) => <span title={instant(lastSeenAt)}>{ago(lastSeenAt)}</span>,
        },
        {
          title: "Go to",
          cell: ({ tenant }) => (
            <span class="row">
              <a href={hashOf("entries", { tenant })} aria-label={`Entries of ${tenant}`}>
                Entries
              </a>
              <a href={hashOf("invalidation", { tenant })} aria-label={`Take back answers of ${tenant}`}>
                Take back
              </a>
            </span>
          ),
        },
      ]}
    />
  );
}

function countNote({ listing, reason, countedAt, isComplete }: TenantsReport): string {
  const calls = "Calls are those to this process since it started.";
  if (listing === "unsupported") return `${calls} ${reason ?? ""}`;
  if (countedAt === undefined) return `${calls} Entries are still being counted.`;
  const most = isComplete ? "" : ", as far as the first 200,000 values";
  return `${calls} Entries were counted ${ago(countedAt)}${most}.`;
}
