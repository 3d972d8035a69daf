import { useState } from "preact/hooks";
import type { ShownEntry } from "../../../src/gateway/admin/entries/shown-entry.ts";
import { bytes, count } from "../../format/numbers.ts";
import { ago } from "../../format/times.ts";
import { Card } from "../../parts/card.tsx";
import { StateChip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Empty, Loaded } from "../../parts/loaded.tsx";
import { Notice } from "../../parts/notice.tsx";
import type { ViewProps } from "../../shell/app.tsx";
import { titled } from "../layer-names.ts";
import { EntryById } from "./entry-by-id.tsx";
import { EntryDialog } from "./entry-dialog.tsx";
import { useEntryPages } from "./entry-pages.ts";
import { EntrySearch } from "./entry-search.tsx";

export function EntriesView({ filter }: ViewProps) {
  const pages = useEntryPages(filter);
  const [opened, setOpened] = useState<string | undefined>();
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <>
      <div class="view-head">
        <h1 tabIndex={-1}>Entries</h1>
        <button class="button" type="button" onClick={pages.refresh}>
          Refresh
        </button>
      </div>
      <Card title="Search">
        <EntrySearch filter={filter} />
      </Card>
      <Card title="Stored answers" aside={pages.isAsking && <span class="note">Asking the gateway…</span>}>
        <Loaded of={pages} what="Entries">
          {({ entries, cursor, listing, reason, order }) => {
            if (listing === "unsupported") return <Notice kind="info">{reason}</Notice>;
            if (entries.length === 0 && cursor === undefined) {
              return (
                <Empty title={isFiltered ? "Nothing fits" : "Nothing is stored yet"}>
                  {isFiltered ? "Change what is searched for, or clear it." : "The first answers will appear here."}
                </Empty>
              );
            }
            return (
              <>
                <EntryTable entries={entries} onOpen={setOpened} />
                <div class="row">
                  <span class="note">
                    {count(entries.length)} shown{order === "newest-first" ? ", the newest first" : ""}
                    {cursor === undefined ? "; these are all." : "; there may be more."}
                  </span>
                  {cursor !== undefined && (
                    <button class="button small" type="button" disabled={pages.isAsking} onClick={pages.more}>
                      Show more
                    </button>
                  )}
                </div>
              </>
            );
          }}
        </Loaded>
      </Card>
      <EntryById onOpen={setOpened} />
      {opened !== undefined && (
        <EntryDialog id={opened} onClose={() => setOpened(undefined)} onChanged={pages.refresh} />
      )}
    </>
  );
}

interface EntryTableProps {
  readonly entries: readonly ShownEntry[];
  onOpen(id: string): void;
}

function EntryTable({ entries, onOpen }: EntryTableProps) {
  return (
    <DataTable
      caption="Stored answers"
      rows={entries}
      keyOf={(entry, at) => `${entry.id} ${entry.layer} ${at}`}
      columns={[
        {
          title: "Question, or answer",
          cell: (entry) => (
            <button class="link" type="button" onClick={() => onOpen(entry.id)}>
              {entry.question ?? entry.answer ?? entry.id}
            </button>
          ),
        },
        { title: "Layer", cell: ({ layer }) => titled(layer) },
        { title: "Model", cell: ({ model, answeredBy }) => <span class="code clip">{model ?? answeredBy ?? ""}</span> },
        { title: "State", cell: ({ state }) => <StateChip state={state} /> },
        {
          title: "Tags",
          cell: ({ tags }) => (
            <span class="row">
              {tags.slice(0, 3).map((tag) => (
                <span key={tag} class="chip" title={tag}>
                  {tag}
                </span>
              ))}
              {tags.length > 3 && <span class="note">and {tags.length - 3} more</span>}
            </span>
          ),
        },
        {
          title: "Tenant",
          cell: ({ tenant }) => (
            <span class="code clip" title={tenant}>
              {tenant}
            </span>
          ),
        },
        { title: "Stored", isNumber: true, cell: ({ createdAt }) => ago(createdAt) },
        { title: "Size", isNumber: true, cell: (entry) => bytes(entry.bytes) },
      ]}
    />
  );
}
