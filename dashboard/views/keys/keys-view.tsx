import { useState } from "preact/hooks";
import type { z } from "zod";
import type { keysSchema, ShownKeyDetails } from "../../../src/gateway/tenancy/key-schemas.ts";
import { usePolled } from "../../api/polled.ts";
import { session } from "../../api/session.ts";
import { ago, instant } from "../../format/times.ts";
import { Card } from "../../parts/card.tsx";
import { Confirmation } from "../../parts/confirmation.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Empty, Loaded } from "../../parts/loaded.tsx";
import { announce } from "../../shell/announcer.tsx";
import { KeyForm } from "./key-form.tsx";

type KeysReport = z.output<typeof keysSchema>;

/** Who may ask: the virtual keys, making one, and taking one back. */
export function KeysView() {
  const keys = usePolled<KeysReport>("/keys", { everyMs: 10_000 });
  const [leaving, setLeaving] = useState<ShownKeyDetails | undefined>();
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Keys</h1>
      </div>
      <Card title="Virtual keys" note="Who shows one asks as its tenant. Only hashes of them are kept.">
        <Loaded of={keys} what="Virtual keys">
          {(report) => (
            <>
              {report.keys.length === 0 ? (
                <Empty title="There are no keys yet">One is made below.</Empty>
              ) : (
                <KeyTable keys={report.keys} onRevoke={setLeaving} />
              )}
              {report.mode !== "keys" && (
                <p class="note">The gateway asks nobody for a key: tenancy.mode is {report.mode}.</p>
              )}
            </>
          )}
        </Loaded>
      </Card>
      <KeyForm onMade={keys.refresh} />
      {leaving !== undefined && (
        <Confirmation
          title="Take this key back?"
          action="Take back"
          act={async () => {
            await session.value.client?.delete(`/keys/${leaving.id}`);
            announce(`The key ${leaving.id} is taken back.`);
            keys.refresh();
          }}
          onClose={() => setLeaving(undefined)}
        >
          <p>
            Whoever shows the key <span class="code">{leaving.id}</span> of {leaving.tenant} is refused from now on, for
            good.
          </p>
        </Confirmation>
      )}
    </>
  );
}

function KeyTable({ keys, onRevoke }: Pick<KeysReport, "keys"> & { onRevoke(key: ShownKeyDetails): void }) {
  return (
    <DataTable
      caption="Virtual keys"
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        { title: "Id", cell: ({ id }) => <span class="code">{id}</span> },
        { title: "State", cell: ({ state }) => state },
        { title: "Tenant", cell: ({ tenant, user }) => (user === undefined ? tenant : `${tenant}, ${user}`) },
        { title: "Name", cell: ({ name, note }) => <span title={note}>{name ?? ""}</span> },
        { title: "For", cell: scopeOf },
        {
          title: "Made",
          isNumber: true,
          cell: ({ createdAt }) => <span title={instant(createdAt)}>{ago(createdAt)}</span>,
        },
        { title: "Ends", isNumber: true, cell: (key) => instant(key.revokedAt ?? key.expiresAt) },
        {
          title: "Do",
          cell: (key) =>
            key.state === "revoked" ? null : (
              <button class="button" type="button" aria-label={`Take back ${key.id}`} onClick={() => onRevoke(key)}>
                Take back…
              </button>
            ),
        },
      ]}
    />
  );
}

function scopeOf({ models, layers, limits = {} }: ShownKeyDetails): string {
  const bounds = Object.entries(limits).map(([name, value]) => `${name} ${String(value)}`);
  return [...(models ?? ["all models"]), ...(layers ?? []), ...bounds].join(", ");
}
