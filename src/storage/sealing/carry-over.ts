import { keyRowPrefix } from "../../core/key-rows.ts";
import { systemTenant } from "../../core/scopes.ts";
import { formOf } from "../../core/sealing.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import { isListable, type StoredItem } from "../../core/store-listing.ts";

/**
 * What somebody has set up in a store before it was sealed, sealed: virtual keys, prompts, limits, purges that wait, and
 * whatever else is kept under the tenant of the system. It is done once, when the first root key of the store is made: later
 * nobody could tell what was there before from what was put there since by somebody who has no key. A row under the tenant
 * of the system says that it is under way, so that one that was broken off is gone on with.
 *
 * Answers and questions are not carried over: they were kept under the secret of before, which lies in plain wherever there
 * are copies of the store. Nor is what is published, which was signed with that secret.
 */

export interface CarriedOver {
  readonly carried: number;
  /** Published answers of before, which are to be published again. */
  readonly published: number;
  /** The store cannot list what it holds, so nothing was carried over. */
  readonly isBlind: boolean;
}

const underWay = "sealing-carries-over";
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
const pageItems = 500;
/** Keys that were made with the secret of before. */
const hashed = /^[\w-]{43}/;
/** As `storage/master-key.ts` names it. */
const secretName = "master-key";

/** `undefined` where there is nothing to be done. `isNew`: the first root key has just been made here. */
export async function carryOver(
  store: SharedStore,
  sealed: SharedStore,
  isNew: boolean,
): Promise<CarriedOver | undefined> {
  if (!isNew && (await sealed.get(systemTenant, [underWay]))[0] === undefined) return undefined;
  if (!isListable(store)) {
    // Whoever has used it unsealed has left the secret there.
    const wasUsed = isNew && (await store.get(systemTenant, [secretName]))[0] !== undefined;
    return wasUsed ? { carried: 0, published: 0, isBlind: true } : undefined;
  }
  if (isNew) await sealed.add(systemTenant, underWay, Buffer.from("1"), forGood);
  let [carried, published, cursor] = [0, 0, undefined as string | undefined];
  do {
    const page = await store.list({ limit: pageItems, ...(cursor !== undefined && { cursor }) });
    for (const { tenant, key, value, deleteAt, priority } of page.items) {
      if (formOf(value) !== "unsealed") continue;
      if (/^edge-answer:[^:]+$/.test(key)) published += 1;
      if (!isSetUp({ tenant, key })) continue;
      // Nothing that was sealed meanwhile is written over.
      await sealed.add(tenant, key, value, { deleteAt, priority });
      await store.delete(tenant, key);
      carried += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  await sealed.delete(systemTenant, underWay);
  return carried === 0 && published === 0 ? undefined : { carried, published, isBlind: false };
}

function isSetUp({ tenant, key }: Pick<StoredItem, "tenant" | "key">): boolean {
  // Those of one tenant alone stand under it.
  if (tenant !== systemTenant) return key.startsWith("prompt/");
  return !hashed.test(key) && key !== secretName && !key.startsWith(keyRowPrefix) && !key.startsWith("edge-answer");
}
