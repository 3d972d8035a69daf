import { systemTenant } from "../core/scopes.ts";
import type { MaybePromise } from "../core/store.ts";
import type { GuardedStores } from "../storage.ts";
import { entriesOf } from "../stores/store-with-expiry.ts";

/**
 * Which stores are not there, by name. Each is asked now, within its deadline: a gateway that has just started, or has
 * nothing to do, would otherwise not know that its store is away, nor that it is back.
 */
export async function unavailableStores(stores: readonly GuardedStores[]): Promise<readonly string[]> {
  const missing = await Promise.all(stores.map(async (one) => ((await isThere(one)) ? [] : [one.store.name])));
  return missing.flat();
}

async function isThere({ store, available }: GuardedStores): Promise<boolean> {
  if (!(await answers(() => entriesOf(store, systemTenant, [nobody])))) return false;
  // Reading works. Whether writing does again is found out by the next write, and that may be a long time.
  if (!available()) await answers(() => store.delete(systemTenant, nobody));
  return available();
}

/** A key that nothing is stored under. */
const nobody = "ready";

async function answers(call: () => MaybePromise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}
