import type { SealedEntry } from "../../../core/entry.ts";
import { judgeFreshness } from "../../../core/freshness.ts";
import { currentTokens, sameToken } from "../../../core/generations.ts";
import { namedScope, type Scope } from "../../../core/scopes.ts";
import type { Store } from "../../../core/store.ts";

/** Whether an entry would be served: `stale` while it is refreshed or where the origin fails, `dead` never again. */
export type EntryState = "fresh" | "stale" | "dead";

const noWish = { maxAgeMs: undefined, maxStaleMs: undefined, minFreshMs: undefined };

/** In the order of `entries`: one round trip a tenant for all that they live by. */
export async function statesOf(
  entries: readonly (SealedEntry | undefined)[],
  store: Pick<Store, "get">,
  now: number,
): Promise<readonly EntryState[]> {
  const scopes = new Map<string, Scope>();
  for (const entry of entries) {
    for (const { scope } of entry?.generations ?? []) {
      const place = namedScope(scope, (entry as SealedEntry).tenant);
      scopes.set(nameOf(place), place);
    }
  }
  const tokens = await currentTokens(store, [...scopes.values()]);
  const current = new Map([...scopes.keys()].map((name, index) => [name, tokens[index]]));
  return entries.map((entry) => {
    if (entry === undefined) return "dead";
    const isAlive = entry.generations.every(({ scope, token }) =>
      sameToken(current.get(nameOf(namedScope(scope, entry.tenant))), token),
    );
    if (!isAlive) return "dead";
    const { state } = judgeFreshness(entry.lifetime, now, noWish);
    return state === "reserve" ? "stale" : state;
  });
}

function nameOf({ tenant, name }: Scope): string {
  return `${tenant} ${name}`;
}
