/**
 * How an entry is named to the outside: whose it is and where it stands. Both parts are opaque there; by both of them it
 * is found again, to be shown or removed.
 */

export interface EntryPlace {
  readonly tenant: string;
  readonly slot: string;
}

export function entryId(tenant: string, slot: string): string {
  return `${encodeURIComponent(tenant)}:${slot}`;
}

/** `undefined` for what is no id of an entry. */
export function readEntryId(id: string): EntryPlace | undefined {
  const [, tenant, slot] = /^([^:\s]+):([\w-]+(?:\.\d+)?)$/.exec(id) ?? [];
  if (tenant === undefined || slot === undefined) return undefined;
  try {
    return { tenant: decodeURIComponent(tenant), slot };
  } catch {
    return undefined;
  }
}
