/** A case of the store contract, and the few things all cases use. */

import assert from "node:assert/strict";
import type { ManualClock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** The clock the store was given. For a server with its own time, start it at the real time. */
  readonly clock: ManualClock;
  /** Closes the store and opens another one on the same data; absent for stores that keep nothing. */
  readonly reopen?: () => Promise<Store>;
  /** Frees what `make` allocated beside the store, such as a folder. */
  readonly dispose?: () => Promise<void>;
}

/** What a driver may lack: `bound` a byte bound of its own, `priorities`, `manual-clock` (the server has its own time), `exact-stats`. */
export type StoreCapability = "bound" | "priorities" | "manual-clock" | "exact-stats";

export interface StoreCase {
  readonly name: string;
  readonly needs?: StoreCapability;
  readonly check: (subject: StoreUnderTest) => Promise<void>;
}

const text = new TextEncoder();
export const bytesOf = (value: string): Uint8Array => text.encode(value);
export const hour = 3_600_000;

/** The single value under `key`, as a plain array that `assert` compares whatever class holds the bytes. */
export async function read(store: Store, tenant: string, key: string): Promise<readonly number[] | undefined> {
  const values = await store.get(tenant, [key]);
  assert.equal(values.length, 1, "get answers one place for one key");
  return values[0] && [...values[0]];
}
