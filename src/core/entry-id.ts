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
