import { systemTenant } from "./scopes.ts";
import type { MaybePromise, Store } from "./store.ts";

/**
 * Where wrapped keys are kept: a few small rows by name, apart from what they open, so that one of them can be destroyed.
 * A store may have a place for them that it can clear (`SharedStore.keyRows`); in any other they stand among its values.
 */
export interface KeyRows {
  get(names: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]>;
  /** Stores only if there is none; returns what is there afterwards. */
  add(name: string, row: Uint8Array): MaybePromise<Uint8Array>;
  /** Stores or replaces. */
  set(name: string, row: Uint8Array): MaybePromise<void>;
  /** Returns how many of them were there. */
  remove(names: readonly string[]): MaybePromise<number>;
  /** Clears the places where removed rows stood, as far as that can be done from here. */
  clear(): MaybePromise<Cleared>;
  close(): MaybePromise<void>;
}

export interface Cleared {
  /** Nothing in the files of the store holds the removed rows any more. */
  readonly isErased: boolean;
  /** What was done and what was not, as plain sentences. */
  readonly notes: readonly string[];
}

/** Rows among the values of `store`, under the tenant of the system. */
export function keyRowsAmongValues(store: Store, clear: () => MaybePromise<Cleared>): KeyRows {
  return {
    get: (names) => store.get(systemTenant, names.map(keyOf)),
    add: (name, row) => store.add(systemTenant, keyOf(name), row, forGood),
    async set(name, row) {
      const result = await store.set(systemTenant, keyOf(name), row, forGood);
      if (result !== "stored") throw new Error(`the ${store.name} store did not take a key: ${result}`);
    },
    async remove(names) {
      const removed = await Promise.all(names.map((name) => store.delete(systemTenant, keyOf(name))));
      return removed.filter(Boolean).length;
    },
    clear,
    close: () => {},
  };
}

function keyOf(name: string): string {
  return `${keyRowPrefix}${name}`;
}

/** What the names of such rows begin with. */
export const keyRowPrefix = "sealing:";

const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
