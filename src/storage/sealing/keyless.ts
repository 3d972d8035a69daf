import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { keyRowsAmongValues } from "../../core/key-rows.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import { hasRootKey } from "./root-keys.ts";

/** What a store may take to say whether it is sealed. */
const deadlineMs = 1_000;

/**
 * A master key that got lost on its way is not to be noticed by what lies in plain afterwards. A store that is away says
 * nothing, and holds nobody up.
 *
 * @throws InvalidOptionError when the store is sealed, for whoever has no master key.
 */
export async function refuseKeyless(store: SharedStore, clock: Clock): Promise<void> {
  if (await isSealed(store, clock))
    throw new InvalidOptionError("security.masterKey", {
      message: "security.masterKey is missing: the store is sealed, and no master key is given.",
      remedy:
        "Give the key that the store was sealed with, as REPRISE_MASTER_KEY; or say `sealing: off` in section `security` to write in plain from now on.",
    });
}

async function isSealed(store: SharedStore, clock: Clock): Promise<boolean> {
  try {
    return await withDeadline(hasRootKeyIn(store), deadlineMs, clock, () => false);
  } catch {
    return false;
  }
}

async function hasRootKeyIn(store: SharedStore): Promise<boolean> {
  if (store.hasKeyRows?.() === false) return false;
  const rows = store.keyRows?.() ?? keyRowsAmongValues(store, () => ({ isErased: false, notes: [] }));
  try {
    return await hasRootKey(rows);
  } finally {
    await rows.close();
  }
}
