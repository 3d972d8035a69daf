import type { z } from "zod";
import type { purgesSchema } from "../../../src/gateway/admin/purges-route.ts";
import { usePolled } from "../../api/polled.ts";
import { count, nothing } from "../../format/numbers.ts";
import { ago, instant } from "../../format/times.ts";
import { Card } from "../../parts/card.tsx";
import { PurgeChip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Empty, Loaded } from "../../parts/loaded.tsx";

type PurgesReport = z.output<typeof purgesSchema>;
type Cache = PurgesReport["caches"][number];

const columns: readonly Column<Cache>[] = [
  { title: "Cache", cell: ({ cache }) => cache },
  { title: "Kind", cell: ({ kind }) => kind },
  { title: "State", cell: ({ state }) => <PurgeChip state={state} /> },
  { title: "Waiting", isNumber: true, cell: ({ pending }) => count(pending) },
  { title: "Since", isNumber: true, cell: ({ since }) => <When at={since} /> },
  { title: "Failed in a row", isNumber: true, cell: ({ tries }) => count(tries) },
  { title: "Next try", isNumber: true, cell: ({ retryAt }) => <When at={retryAt} /> },
  { title: "Made", isNumber: true, cell: ({ done }) => count(done) },
  { title: "Last made", isNumber: true, cell: ({ doneAt }) => <When at={doneAt} /> },
  { title: "Given up", isNumber: true, cell: ({ refused }) => count(refused) },
  {
    title: "Last error",
    cell: ({ error, errorAt }) => (error === undefined ? nothing : `${ago(errorAt)}: ${error}`),
  },
];

export function PurgesCard() {
  const purges = usePolled<PurgesReport>("/edge/purges", { everyMs: 5_000 });
  return (
    <Card
      title="Caches in front"
      note="Which purges they have still to be told. Each is tried until the cache makes it or refuses it."
    >
      <Loaded of={purges} what="Purges">
        {({ caches }) =>
          caches.length === 0 ? (
            <Empty title="No cache in front is configured">layers.edge.purge names those that are told.</Empty>
          ) : (
            <DataTable caption="Caches in front" rows={caches} keyOf={({ cache }) => cache} columns={columns} />
          )
        }
      </Loaded>
    </Card>
  );
}

function When({ at }: { readonly at: string | undefined }) {
  return <span title={instant(at)}>{ago(at)}</span>;
}
