import { openEntry } from "../core/entry.ts";
import type { Store } from "../core/store.ts";
import type { ListableStore, StoredItem } from "../core/store-listing.ts";

/**
 * Removing the rows of somebody who is erased. All rows of a tenant are its own. Which rows are those of a user say the
 * rows themselves: an answer remembers the scopes it lives by, and the scope of its user is one of them; what leads to an
 * answer, or was learnt of it, bears the mark of whose it is, and outlives the answer. Whatever else was noted of the same
 * questions goes with them. A row without any mark is of an earlier version: it goes with its answer, and where that is no
 * more nobody can tell whose it was, and it goes as well.
 */

/** What is kept beside answers, as far as it belongs to one of them. */
export interface SideRow {
  /** The key of the answer. */
  readonly slot: string;
  /** The question, where it is one. */
  readonly text?: string | undefined;
  /** Whose it is; `undefined` where that was not written down. */
  readonly marks?: readonly string[] | undefined;
}

export interface Swept {
  readonly rows: number;
  readonly answers: number;
}

const pageItems = 200;

/** Removes all rows of the tenant, whatever they hold, but those whose keys `isKept`. */
export async function sweepTenant(
  store: ListableStore,
  tenant: string,
  isKept: (key: string) => boolean,
): Promise<Swept> {
  let [rows, answers] = [0, 0];
  for await (const item of itemsOf(store, tenant)) {
    const own = item.filter(({ key }) => !isKept(key));
    rows += await removeAll(store, tenant, own);
    answers += own.filter(({ key }) => isSlot(key)).length;
  }
  return { rows, answers };
}

export interface OwnedRows {
  readonly tenant: string;
  /** Names of the scopes of which one makes an answer his. */
  readonly scopes: ReadonlySet<string>;
  /** Marks of which one makes a row his. */
  readonly marks: ReadonlySet<string>;
  /** What stands beside the answers, if this is such. */
  readonly sideRowOf: (key: string, value: Uint8Array) => SideRow | undefined;
  /** Told of the answers before any of them is removed. */
  readonly onFound: (slots: readonly string[]) => Promise<void>;
}

/** Removes the answers of a tenant that live by one of the scopes, what bears one of the marks, and what belongs to them. */
export async function sweepOwned(
  store: ListableStore,
  { tenant, scopes, marks, sideRowOf, onFound }: OwnedRows,
): Promise<Swept> {
  const slots = new Set<string>();
  const sides = new Map<string, SideRow>();
  for await (const items of itemsOf(store, tenant))
    for (const { key, value } of items)
      if (isSlot(key)) {
        if (belongsTo(scopes, tenant, key, value)) slots.add(key);
      } else {
        const side = sideRowOf(key, value);
        if (side !== undefined) sides.set(key, side);
      }
  if (slots.size > 0) await onFound([...slots]);
  const isHis = (side: SideRow): boolean =>
    slots.has(side.slot) || side.marks?.some((mark) => marks.has(mark)) === true;
  // What is his tells the questions, and those may stand elsewhere as well.
  const texts = new Set(
    [...sides.values()].flatMap((side) => (isHis(side) && side.text !== undefined ? [side.text] : [])),
  );
  const unclaimed = await withoutAnswer(
    store,
    tenant,
    [...sides.values()].filter((side) => side.marks === undefined && !isHis(side)).map(({ slot }) => slot),
  );
  const beside = [...sides].filter(
    ([, side]) =>
      isHis(side) ||
      (side.text !== undefined && texts.has(side.text)) ||
      (side.marks === undefined && unclaimed.has(side.slot)),
  );
  const keys = [...slots, ...beside.map(([key]) => key)];
  const rows = await removeAll(
    store,
    tenant,
    keys.map((key) => ({ key })),
  );
  return { rows, answers: slots.size };
}

/** Of these slots, those where nothing stands. */
async function withoutAnswer(
  store: Pick<Store, "get">,
  tenant: string,
  slots: readonly string[],
): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  for (let from = 0; from < slots.length; from += pageItems) {
    const page = slots.slice(from, from + pageItems);
    const values = await store.get(tenant, page);
    for (const [index, slot] of page.entries()) if (values[index] === undefined) gone.add(slot);
  }
  return gone;
}

async function* itemsOf(store: ListableStore, tenant: string): AsyncGenerator<readonly StoredItem[]> {
  let cursor: string | undefined;
  do {
    const page = await store.list({ tenant, limit: pageItems, ...(cursor !== undefined && { cursor }) });
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function removeAll(
  store: Pick<Store, "delete">,
  tenant: string,
  rows: readonly { readonly key: string }[],
): Promise<number> {
  let removed = 0;
  for (let from = 0; from < rows.length; from += pageItems) {
    const page = rows.slice(from, from + pageItems);
    const were = await Promise.all(page.map(({ key }) => store.delete(tenant, key)));
    removed += were.filter(Boolean).length;
  }
  return removed;
}

/** Whether a key is that of an answer or a vector: a fingerprint, and which of the variants. */
function isSlot(key: string): boolean {
  return /^[\w-]{43}(?:\.\d+)?$/.test(key);
}

function belongsTo(scopes: ReadonlySet<string>, tenant: string, slot: string, value: Uint8Array): boolean {
  const opened = openEntry(value, tenant, slot);
  return opened.ok && opened.entry.generations.some(({ scope }) => scopes.has(scope));
}
