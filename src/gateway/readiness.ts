import { systemTenant } from "../core/scopes.ts";
import type { GuardedStores } from "../storage.ts";
import { entriesOf } from "../stores/store-with-expiry.ts";

/**
 * Which stores are not there, by name. Each is asked now, within its deadline: a gateway that has just started, or has
 * nothing to do, would otherwise not know that its store is away, nor that it is back.
 */
export async function unavailableStores(stores: readonly GuardedStores[]): Promise<readonly string[]> {
  const missing = await Promise.all(
    stores.map(async ({ store, available }) => {
      const answers = await Promise.resolve()
        .then(() => entriesOf(store, systemTenant, ["ready"]))
        .then(
          () => true,
          () => false,
        );
      return answers && available() ? [] : [store.name];
    }),
  );
  return missing.flat();
}
