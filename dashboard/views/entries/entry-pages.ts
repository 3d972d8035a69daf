import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ShownEntry } from "../../../src/gateway/admin/entries/shown-entry.ts";
import { connection } from "../../api/connection.ts";
import { Failure } from "../../api/failure.ts";
import { changes } from "../../api/live-events.ts";
import { takeFailure } from "../../api/polled.ts";
import { session } from "../../api/session.ts";
import { useStore } from "../../shell/store.ts";

/** Entries as the gateway lists them, page after page. */

export interface EntryFilter {
  readonly layer?: string;
  readonly tenant?: string;
  readonly tag?: string;
  readonly model?: string;
  readonly q?: string;
}

interface Page {
  readonly entries: readonly ShownEntry[];
  readonly cursor?: string;
  readonly listing: "supported" | "unsupported";
  readonly reason?: string;
  readonly order: "newest-first" | "none";
}

interface Got {
  /** The search that it was got by. */
  readonly asked: string;
  readonly data?: Page;
  readonly failure?: Failure;
  readonly isLong?: boolean;
}

export interface EntryPages {
  /** All pages so far, as one. */
  readonly data: Page | undefined;
  readonly failure: Failure | undefined;
  readonly isAsking: boolean;
  refresh(): void;
  more(): void;
}

/** A page with a filter may hold little, or nothing, and lead on: so many are looked through before somebody is asked. */
const mostPagesAtOnce = 20;
const limit = 50;

export function useEntryPages(filter: EntryFilter): EntryPages {
  const { client } = useStore(session);
  const { state, returns } = useStore(connection);
  const change = useStore(changes);
  const [got, setGot] = useState<Got>({ asked: "" });
  const [isAsking, setAsking] = useState(true);
  const [turn, setTurn] = useState(0);
  const running = useRef<AbortController | undefined>(undefined);
  const asked = JSON.stringify(filter);

  const ask = useCallback(
    async (before: Page | undefined): Promise<void> => {
      if (client === undefined) return;
      running.current?.abort();
      const abort = new AbortController();
      running.current = abort;
      const { signal } = abort;
      setAsking(true);
      try {
        const data = await pagesFrom(
          (cursor) => client.get<Page>("/entries", { ...JSON.parse(asked), limit, cursor }, signal),
          before,
        );
        if (!signal.aborted) setGot({ asked, data, isLong: before !== undefined });
      } catch (error) {
        if (signal.aborted) return;
        takeFailure(error);
        const failure = error instanceof Failure ? error : new Failure("refused", String(error));
        // What was found by another search says nothing of this one.
        setGot((last) => (last.asked === asked ? { ...last, failure } : { asked, failure }));
      }
      setAsking(false);
    },
    [client, asked],
  );

  // Who has gone on to further pages is not thrown back to the first because something has changed.
  const seen = got.isLong === true ? 0 : change;
  useEffect(() => {
    if (state === "connected") void ask(undefined);
    return () => running.current?.abort();
  }, [ask, state, returns, turn, seen]);

  return {
    data: got.data,
    failure: got.failure,
    isAsking,
    refresh: () => setTurn((count) => count + 1),
    more: () => void ask(got.data),
  };
}

async function pagesFrom(next: (cursor: string | undefined) => Promise<Page>, before: Page | undefined): Promise<Page> {
  let all = before;
  let found = 0;
  for (let pages = 0; pages < mostPagesAtOnce; pages++) {
    const page = await next(all?.cursor);
    found += page.entries.length;
    all = { ...page, entries: [...(all?.entries ?? []), ...page.entries] };
    if (page.cursor === undefined || found >= limit / 2) break;
  }
  return all as Page;
}
