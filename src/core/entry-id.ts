import type { Entry } from "./entry.ts";

/**
 * How an entry is named to the outside: whose it is and where it stands. Both parts are opaque there; by both of them it
 * is found again, to be shown or removed.
 */

export interface EntryPlace {
  readonly tenant: string;
  readonly slot: string;
  /** Names the like question that it was served for, if it was. */
  readonly question?: string;
}

export function entryId(tenant: string, slot: string, question?: string): string {
  return `${encodeURIComponent(tenant)}:${slot}${question === undefined ? "" : `~${question}`}`;
}

/**
 * Ids of entries, made once for each that is kept opened: who looks one up at every hit then finds a text whose hash is
 * known, where a new one would have to be put together and hashed each time.
 */
export class EntryIds {
  readonly #ids = new WeakMap<Entry, string>();

  /** `slot`: where the entry stands; an opened entry is of one place. */
  of(entry: Entry, slot: string): string {
    const known = this.#ids.get(entry);
    if (known !== undefined) return known;
    const id = entryId(entry.tenant, slot);
    this.#ids.set(entry, id);
    return id;
  }
}

/** `undefined` for what is no id of an entry. */
export function readEntryId(id: string): EntryPlace | undefined {
  const [, tenant, slot, question] = /^([^:\s]+):([\w-]+(?:\.\d+)?)(?:~([\w-]+))?$/.exec(id) ?? [];
  if (tenant === undefined || slot === undefined) return undefined;
  try {
    return { tenant: decodeURIComponent(tenant), slot, ...(question === undefined ? {} : { question }) };
  } catch {
    return undefined;
  }
}
