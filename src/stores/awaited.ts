import type { Leases, Relay } from "../core/lease.ts";
import { chain } from "../core/maybe-promise.ts";
import type { SharedStore } from "../core/shared-store.ts";
import type { MaybePromise, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import { type CheckableStore, isCheckable } from "../core/store-check.ts";
import { isListable, type ListableStore } from "../core/store-listing.ts";
import { entriesOf, type StoredEntry, type StoreWithExpiry } from "./store-with-expiry.ts";

/**
 * A store that nothing is read from or written to before it is known that this may be done: each call waits for `ready`,
 * which rejects where it may not, and returns at once where it may. Else it is the store behind it, with whatever that has.
 */

export function awaitedStore(store: SharedStore, ready: () => MaybePromise<void>): SharedStore & StoreWithExpiry {
  return new AwaitedStore(store, ready);
}

class AwaitedStore implements StoreWithExpiry, SharedStore {
  readonly name: string;
  readonly bus?: NonNullable<SharedStore["bus"]>;
  readonly leases?: NonNullable<SharedStore["leases"]>;
  readonly keyRows?: NonNullable<SharedStore["keyRows"]>;
  readonly hasKeyRows?: NonNullable<SharedStore["hasKeyRows"]>;
  readonly onInterrupted?: NonNullable<SharedStore["onInterrupted"]>;
  readonly list?: ListableStore["list"];
  readonly check?: CheckableStore["check"];
  readonly flush?: () => Promise<void>;
  readonly #store: SharedStore;
  readonly #ready: () => MaybePromise<void>;

  constructor(store: SharedStore, ready: () => MaybePromise<void>) {
    this.name = store.name;
    this.#store = store;
    this.#ready = ready;
    const { bus, leases } = store;
    const { flush } = store as { readonly flush?: () => Promise<void> };
    if (bus !== undefined) this.bus = bus;
    if (leases !== undefined) this.leases = awaitedLeases(leases, ready);
    const { keyRows, hasKeyRows, onInterrupted } = store;
    if (keyRows !== undefined) this.keyRows = () => keyRows.call(store);
    if (hasKeyRows !== undefined) this.hasKeyRows = () => hasKeyRows.call(store);
    if (onInterrupted !== undefined) this.onInterrupted = (changed) => onInterrupted.call(store, changed);
    if (isListable(store)) this.list = (query) => chain(ready(), () => store.list(query));
    if (isCheckable(store)) this.check = () => store.check();
    if (flush !== undefined) this.flush = () => flush.call(store);
  }

  get(tenant: string, keys: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]> {
    return chain(this.#ready(), () => this.#store.get(tenant, keys));
  }

  getEntries(tenant: string, keys: readonly string[]): MaybePromise<readonly (StoredEntry | undefined)[]> {
    return chain(this.#ready(), () => entriesOf(this.#store, tenant, keys));
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    return chain(this.#ready(), () => this.#store.set(tenant, key, value, options));
  }

  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array> {
    return chain(this.#ready(), () => this.#store.add(tenant, key, value, options));
  }

  delete(tenant: string, key: string): MaybePromise<boolean> {
    return chain(this.#ready(), () => this.#store.delete(tenant, key));
  }

  stats(): MaybePromise<StoreStats> {
    return this.#store.stats();
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }
}

/** Who holds one has been let in. */
function awaitedLeases(leases: Leases, ready: () => MaybePromise<void>): Leases {
  const { relay } = leases;
  const awaitedRelay: Relay | undefined = relay && {
    async append(lease, frames, keepMs) {
      await ready();
      return relay.append(lease, frames, keepMs);
    },
    async read(lease, position) {
      await ready();
      return relay.read(lease, position);
    },
    watch: (lease, wake) => relay.watch(lease, wake),
    hasAudience: (lease) => relay.hasAudience(lease),
  };
  return {
    name: leases.name,
    async acquire(key, holdMs) {
      await ready();
      return leases.acquire(key, holdMs);
    },
    async holder(key) {
      await ready();
      return leases.holder(key);
    },
    renew: (lease, holdMs) => leases.renew(lease, holdMs),
    release: (lease, afterMs) => leases.release(lease, afterMs),
    relay: awaitedRelay,
    close: () => leases.close(),
  };
}
