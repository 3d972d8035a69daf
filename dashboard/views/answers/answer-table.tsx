import { useState } from "preact/hooks";
import type { z } from "zod";
import type { detailSchema, headSchema } from "../../../src/gateway/admin/answers-route.ts";
import { gatewayUrl } from "../../api/admin-client.ts";
import { usePolled } from "../../api/polled.ts";
import { count, duration, nothing } from "../../format/numbers.ts";
import { ago, instant } from "../../format/times.ts";
import { AnswerChip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";

export type AnswerHead = z.output<typeof headSchema>;
export type AnswerDetail = z.output<typeof detailSchema>;

export interface AnswerTableProps {
  readonly heads: readonly AnswerHead[];
  onOpen(slug: string): void;
}

/** Titles are asked for one by one, so no more are shown at once than can be read. */
const pageLength = 25;

export function AnswerTable({ heads, onOpen }: AnswerTableProps) {
  const [length, setLength] = useState(pageLength);
  const columns: readonly Column<AnswerHead>[] = [
    {
      title: "Name",
      cell: ({ slug }) => (
        <button class="link" type="button" onClick={() => onOpen(slug)}>
          {slug}
        </button>
      ),
    },
    { title: "Title and tags", cell: (head) => <Described head={head} /> },
    { title: "State", cell: ({ state }) => <AnswerChip state={state} /> },
    { title: "Version", isNumber: true, cell: versionsSaid },
    { title: "Fresh", cell: freshnessSaid },
    {
      title: "Changed",
      isNumber: true,
      cell: ({ changedAt }) => <span title={instant(changedAt)}>{ago(changedAt)}</span>,
    },
    { title: "Address", cell: (head) => <Address head={head} /> },
  ];
  return (
    <>
      <DataTable
        caption="Published answers"
        rows={heads.slice(0, length)}
        keyOf={({ slug }) => slug}
        columns={columns}
      />
      {heads.length > length && (
        <div class="row">
          <span class="note">
            {count(length)} of {count(heads.length)} shown.
          </span>
          <button class="button small" type="button" onClick={() => setLength(length + pageLength)}>
            Show more
          </button>
        </div>
      )}
    </>
  );
}

/** Of the version that is shown, or of the newest where none is. */
function Described({ head: { slug, version, latest } }: { readonly head: AnswerHead }) {
  const query = { version: version ?? latest };
  const { data } = usePolled<AnswerDetail>(`/answers/${encodeURIComponent(slug)}`, { query });
  if (data === undefined) return null;
  const { title = nothing, tags = [] } = data.shown ?? {};
  return (
    <span class="row">
      {title}
      {tags.map((tag) => (
        <span key={tag} class="chip" title={tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}

/** A link where there is something to read. */
export function Address({ head: { state, path } }: { readonly head: AnswerHead }) {
  if (state !== "live") return <span class="code">{path}</span>;
  return (
    <a class="code" href={gatewayUrl(path.slice(1)).href} target="_blank" rel="noopener noreferrer">
      {path}
    </a>
  );
}

export function freshnessSaid({ state, every, refreshedAt, failure }: AnswerHead): string {
  if (state !== "live") return nothing;
  if (failure !== undefined) return `no longer, asked ${ago(refreshedAt)}: ${failure.reason}`;
  return every === undefined ? "until withdrawn" : `asked every ${duration(Number.parseInt(every, 10) * 1_000)}`;
}

function versionsSaid({ version, latest }: AnswerHead): string {
  if (version === latest) return count(latest);
  return `${version === undefined ? "none" : count(version)} of ${count(latest)}`;
}
