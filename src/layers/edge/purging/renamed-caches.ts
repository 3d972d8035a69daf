import type { EdgePurge } from "../../../core/edge-purges.ts";
import { systemTenant } from "../../../core/scopes.ts";
import type { Store } from "../../../core/store.ts";
import type { PurgeLog } from "./purge-log.ts";
import { joined, type PlacedRow } from "./purge-rows.ts";

/**
 * What caches were called. Purges wait under the name of the cache, so with another name in the configuration nobody would
 * tell them. The store keeps which names there were, and what each cache was: its kind and its address. Purges under a name
 * that the configuration has no more go to the cache that is the same by these; where there is none they stay for whoever
 * is called so again, and that they wait is told.
 */

export interface NamedCache {
  readonly name: string;
  /** Two that are alike in this are one cache. */
  readonly identity: string;
}

export interface Orphan {
  readonly name: string;
  readonly purges: number;
  /** When the oldest was wished. */
  readonly since: number | undefined;
}

export interface RenamedCachesParts {
  readonly store: Pick<Store, "get" | "set">;
  readonly logOf: (name: string) => PurgeLog;
  /** Stores it for this cache, and for no other. */
  readonly append: (name: string, purge: EdgePurge) => Promise<void>;
}

const key = "edge-purge-names";
/** Those that were seen last. */
const mostNames = 64;

/** By name, in the order in which they were seen last. */
export async function knownCaches(store: Pick<Store, "get">): Promise<ReadonlyMap<string, string>> {
  const [bytes] = await store.get(systemTenant, [key]);
  return new Map(bytes === undefined ? [] : (JSON.parse(Buffer.from(bytes).toString()) as [string, string][]));
}

/** Gives what waits under names of before to whom it is for. Resolves with what is for nobody now. */
export async function adoptRenamed(
  configured: readonly NamedCache[],
  { store, logOf, append }: RenamedCachesParts,
): Promise<readonly Orphan[]> {
  const known = new Map(await knownCaches(store));
  const names = new Set(configured.map(({ name }) => name));
  const orphans: Orphan[] = [];
  for (const [name, identity] of known) {
    if (names.has(name)) continue;
    const log = logOf(name);
    const { rows, since } = await log.backlog();
    const heir = configured.find((cache) => cache.identity === identity);
    if (heir !== undefined) await move(log, (purge) => append(heir.name, purge));
    else if (rows > 0) orphans.push({ name, purges: rows, since });
    // A process of before may go on with the name of before for a while, so that is remembered where there is an heir.
    else known.delete(name);
  }
  for (const { name, identity } of configured) {
    known.delete(name);
    known.set(name, identity);
  }
  const kept = [...known].slice(-mostNames);
  const options = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
  await store.set(systemTenant, key, Buffer.from(JSON.stringify(kept)), options);
  return orphans;
}

/** A row is let go of when it is stored with the other: one that dies between makes a purge twice, and loses none. */
async function move(log: PurgeLog, append: (purge: EdgePurge) => Promise<void>): Promise<void> {
  const { next } = await log.state();
  let from = next;
  for (let rows = await log.pending(from); rows.length > 0; rows = await log.pending(from)) {
    for (const placed of rows) {
      await append(joined([placed.row]));
      await log.spend([placed]);
    }
    from = (rows.at(-1) as PlacedRow).place + 1;
  }
}
