import { keyRowPrefix } from "../../core/key-rows.ts";
import type { DataKey } from "../../core/keyring.ts";
import { systemTenant } from "../../core/scopes.ts";
import { formOf, keyIdOf } from "../../core/sealing.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { MaybePromise } from "../../core/store.ts";
import { isListable, type ListableStore, type StoredItem } from "../../core/store-listing.ts";

/**
 * What somebody has set up in a store before it was sealed, sealed: virtual keys, prompts, limits, purges that wait, and
 * whatever else is kept under the tenant of the system. It is done once, when the first root key of the store is made: later
 * nobody could tell what was there before from what was put there since by somebody who has no key. A row under the tenant
 * of the system says that it is under way, so that one that was broken off is gone on with, within a day.
 *
 * Whatever lies in plain may be of anybody who can write to the store. Nobody can tell a store that was never sealed from
 * one that was emptied to look so: whoever says `sealing: on` trusts nothing that lies in plain. Otherwise it is trusted
 * once, and not where values lie that were sealed with keys that are gone: a root key that was removed makes no first time.
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
  /** So many things were left as they are, which nothing reads any more. */
  readonly left?: number;
  readonly refused?: CarryRefusal;
}

/** Sealing is `on`; the store has been sealed before; or it was begun too long ago to go on with. */
export type CarryRefusal = "on" | "sealed_before" | "late";

export interface CarryOverParts {
  readonly store: SharedStore;
  readonly sealed: SharedStore;
  /** The first root key of the store has just been made here. */
  readonly isNew: boolean;
  /** Milliseconds since it was made. */
  readonly ageMs: number;
  /** Whether anything is trusted that lies in plain. */
  readonly trustsPlain: boolean;
  readonly find: (keyId: Uint8Array) => MaybePromise<DataKey | undefined>;
}

const underWay = "sealing-carries-over";
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
const pageItems = 500;
/** Whoever puts the row of then back later begins nothing anew. */
const goesOnMs = 86_400_000;
/** Keys that were made with the secret of before. */
const hashed = /^[\w-]{43}/;
/** As `storage/master-key.ts` names it. */
const secretName = "master-key";

/** `undefined` where there is nothing to be done. */
export async function carryOver(parts: CarryOverParts): Promise<CarriedOver | undefined> {
  const { store, sealed, isNew } = parts;
  if (!isNew && (await sealed.get(systemTenant, [underWay]))[0] === undefined) return undefined;
  if (!isListable(store)) {
    // Whoever has used it unsealed has left the secret there.
    const wasUsed = isNew && (await store.get(systemTenant, [secretName]))[0] !== undefined;
    return wasUsed ? { carried: 0, published: 0, isBlind: true } : undefined;
  }
  // Before anything is looked at: what goes away meanwhile is looked at after the next start.
  if (isNew && parts.trustsPlain) await sealed.add(systemTenant, underWay, Buffer.from("1"), forGood);
  const refused = await refusalOf(parts, store);
  let [setUp, published] = [0, 0];
  for await (const { tenant, key, value, deleteAt, priority } of itemsOf(store)) {
    if (formOf(value) !== "unsealed") continue;
    if (/^edge-answer:[^:]+$/.test(key)) published += 1;
    if (!isSetUp({ tenant, key })) continue;
    setUp += 1;
    if (refused !== undefined) continue;
    // Nothing that was sealed meanwhile is written over.
    await sealed.add(tenant, key, value, { deleteAt, priority });
    await store.delete(tenant, key);
  }
  await sealed.delete(systemTenant, underWay);
  if (setUp === 0 && published === 0) return undefined;
  const done = refused === undefined ? { carried: setUp } : { carried: 0, left: setUp, refused };
  return { ...done, published, isBlind: false };
}

async function refusalOf(
  { isNew, ageMs, trustsPlain, find }: CarryOverParts,
  store: ListableStore,
): Promise<CarryRefusal | undefined> {
  if (!trustsPlain) return "on";
  if (!isNew && ageMs >= goesOnMs) return "late";
  for await (const { value } of itemsOf(store)) {
    const form = formOf(value);
    // Another process that has the new root key, too, may have begun to write.
    if (form === "newer" || (form === "sealed" && (await find(keyIdOf(value))) === undefined)) return "sealed_before";
  }
  return undefined;
}

async function* itemsOf(store: ListableStore): AsyncGenerator<StoredItem> {
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: pageItems, ...(cursor !== undefined && { cursor }) });
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

function isSetUp({ tenant, key }: Pick<StoredItem, "tenant" | "key">): boolean {
  // Those of one tenant alone stand under it.
  if (tenant !== systemTenant) return key.startsWith("prompt/");
  return !hashed.test(key) && key !== secretName && !key.startsWith(keyRowPrefix) && !key.startsWith("edge-answer");
}
