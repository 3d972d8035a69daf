import { LRUCache } from "lru-cache";
import { keyRowPrefix } from "../core/key-rows.ts";
import type { KeyScope } from "../core/key-scope.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import { allOf, type Sealer } from "../core/sealer.ts";
import { keyIdOf } from "../core/sealing.ts";
import type { SharedStore } from "../core/shared-store.ts";
import type { MaybePromise, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import { type CheckableStore, isCheckable } from "../core/store-check.ts";
import {
  isListable,
  type ListableStore,
  type ListingPage,
  type ListingQuery,
  type StoredItem,
} from "../core/store-listing.ts";
import { sealedLeases } from "./sealed-leases.ts";
import { entriesOf, type StoredEntry, type StoreWithExpiry } from "./store-with-expiry.ts";

/**
 * A store whose driver sees nothing but sealed values. A value is sealed with the key of its tenant, or of its owner where
 * the write names one; a key that says something (of a tag, a namespace, a prompt) becomes a keyed hash and is kept inside,
 * so that a listing still tells it. Keys of entries are hashes already and stay as they are.
 *
 * What does not open is absent, told, and removed, but for what a later version has written or whose key is not there: that
 * is left to those who can read it, and to its end. The store has whatever else its driver has: a listing, a bus, leases.
 */

export interface SealedOptions {
  readonly sealer: Sealer;
  /** Rejects while the keys cannot be had. */
  readonly ready: () => MaybePromise<void>;
  /** A keyed hash, the same for all who share the store. */
  readonly nameOf: (tenant: string, key: string) => string;
}

export function sealedStore(store: SharedStore, options: SealedOptions): SharedStore & StoreWithExpiry {
  return new SealedStore(store, options);
}

/** Keys of entries: an HMAC, and the number of a variant. */
const hashed = /^[\w-]{43}(?:\.\d+)?$/;

/** As it was opened last. */
interface Small {
  readonly sealed: Uint8Array;
  readonly value: Uint8Array;
}

/** Generations, with what seals them and the longest names. */
const smallBytes = 256;
const mostSmall = 10_000;

class SealedStore implements StoreWithExpiry, SharedStore {
  readonly name: string;
  readonly bus?: NonNullable<SharedStore["bus"]>;
  readonly leases?: NonNullable<SharedStore["leases"]>;
  readonly onInterrupted?: NonNullable<SharedStore["onInterrupted"]>;
  readonly list?: ListableStore["list"];
  readonly check?: CheckableStore["check"];
  readonly flush?: () => Promise<void>;
  readonly #store: SharedStore;
  readonly #options: SealedOptions;
  readonly #writing = new Map<string, Promise<void>>();
  readonly #small = new LRUCache<string, Small>({ max: mostSmall });

  constructor(store: SharedStore, options: SealedOptions) {
    this.name = store.name;
    this.#store = store;
    this.#options = options;
    const { bus, leases } = store;
    if (bus !== undefined) this.bus = bus;
    if (leases !== undefined) this.leases = sealedLeases(leases, options);
    if (store.onInterrupted !== undefined)
      this.onInterrupted = (changed) => (store as Required<SharedStore>).onInterrupted(changed);
    if (isListable(store)) this.list = (query) => this.#list(store, query);
    if (isCheckable(store)) this.check = () => store.check();
    const { flush } = store as { readonly flush?: () => Promise<void> };
    if (flush !== undefined) this.flush = () => flush.call(store);
  }

  get(tenant: string, keys: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]> {
    return chain(this.#options.ready(), () => {
      const names = this.#names(tenant, keys);
      return chain(this.#store.get(tenant, names), (values) =>
        allOf(values.map((value, index) => this.#open(tenant, names[index] as string, value))),
      );
    });
  }

  getEntries(tenant: string, keys: readonly string[]): MaybePromise<readonly (StoredEntry | undefined)[]> {
    return chain(this.#options.ready(), () => {
      const names = this.#names(tenant, keys);
      return chain(entriesOf(this.#store, tenant, names), (entries) =>
        allOf(
          entries.map((entry, index) => {
            if (entry === undefined) return undefined;
            // The driver may change what it has handed out with its next call.
            const { value, deleteAt, storedAt, priority } = entry;
            return chain(this.#open(tenant, names[index] as string, value), (opened) =>
              opened === undefined ? undefined : { value: opened, deleteAt, storedAt, priority },
            );
          }),
        ),
      );
    });
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    return this.#inOrder(tenant, key, () =>
      chain(this.#options.ready(), () => {
        const name = this.#nameOf(tenant, key);
        return chain(this.#seal(tenant, name, key, value, options.owner), (sealed) =>
          this.#store.set(tenant, name, sealed, options),
        );
      }),
    );
  }

  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array> {
    return this.#inOrder(tenant, key, () => this.#add(tenant, key, value, options));
  }

  delete(tenant: string, key: string): MaybePromise<boolean> {
    return this.#inOrder(tenant, key, () =>
      chain(this.#options.ready(), () => this.#store.delete(tenant, this.#nameOf(tenant, key))),
    );
  }

  stats(): MaybePromise<StoreStats> {
    return this.#store.stats();
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }

  async #add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array> {
    await this.#options.ready();
    const name = this.#nameOf(tenant, key);
    for (let attempt = 1; ; attempt += 1) {
      const sealed = await this.#seal(tenant, name, key, value, options.owner);
      const there = await this.#store.add(tenant, name, sealed, options);
      if (there === sealed || Buffer.compare(there, sealed) === 0) return value;
      const opened = await this.#open(tenant, name, there);
      if (opened !== undefined) return opened;
      if (attempt === mostAddAttempts) throw new Error(`add on the ${this.name} store: what is there cannot be read`);
      await this.#store.delete(tenant, name);
    }
  }

  /** Writes of one key follow one another, though one may have to wait for its data key and the next one not. */
  #inOrder<T>(tenant: string, key: string, write: () => MaybePromise<T>): MaybePromise<T> {
    const id = `${tenant.length}:${tenant}${key}`;
    const result = chain(this.#writing.get(id), write);
    if (!isPromise(result)) return result;
    const settled: Promise<void> = result.then(nothing, nothing).then(() => {
      if (this.#writing.get(id) === settled) this.#writing.delete(id);
    });
    this.#writing.set(id, settled);
    return result;
  }

  async #list(store: ListableStore, query: ListingQuery): Promise<ListingPage> {
    await this.#options.ready();
    const page = await store.list(query);
    const items = await Promise.all(page.items.map((item) => this.#openItem(item)));
    return { ...page, items: items.filter((item) => item !== undefined) };
  }

  /** Those who look at everything are not told of what they cannot read. */
  async #openItem(item: StoredItem): Promise<StoredItem | undefined> {
    const { tenant, key, value } = item;
    if (key.startsWith(keyRowPrefix)) return undefined;
    const opened = await this.#options.sealer.open({ tenant, key }, value, () => {});
    return opened && { ...item, key: opened.name ?? key, value: opened.value };
  }

  #names(tenant: string, keys: readonly string[]): readonly string[] {
    return keys.map((key) => this.#nameOf(tenant, key));
  }

  #nameOf(tenant: string, key: string): string {
    return hashed.test(key) ? key : this.#options.nameOf(tenant, key);
  }

  #seal(tenant: string, name: string, key: string, value: Uint8Array, owner?: KeyScope): MaybePromise<Uint8Array> {
    return this.#options.sealer.seal({ tenant, key: name }, value, owner, name === key ? undefined : key);
  }

  #open(tenant: string, name: string, value: Uint8Array | undefined): MaybePromise<Uint8Array | undefined> {
    if (value === undefined) return undefined;
    if (value.byteLength <= smallBytes) return this.#openSmall(tenant, name, value);
    return this.#openAnew(tenant, name, value);
  }

  /** A look-up reads a handful of generations that hardly ever change: the same bytes are not opened again and again. */
  #openSmall(tenant: string, name: string, value: Uint8Array): MaybePromise<Uint8Array | undefined> {
    const id = `${tenant.length}:${tenant}${name}`;
    const known = this.#small.get(id);
    const openAnew = (): MaybePromise<Uint8Array | undefined> =>
      chain(this.#openAnew(tenant, name, value), (opened) => {
        if (opened === undefined) this.#small.delete(id);
        else this.#small.set(id, { sealed: new Uint8Array(value), value: opened });
        return opened;
      });
    if (known === undefined || Buffer.compare(known.sealed, value) !== 0) return openAnew();
    // With a key that was destroyed it is gone, too.
    return chain(this.#options.sealer.keyring.find(keyIdOf(value)), (key) =>
      key === undefined ? openAnew() : known.value,
    );
  }

  #openAnew(tenant: string, name: string, value: Uint8Array): MaybePromise<Uint8Array | undefined> {
    let isOurs = true;
    const onReject = (reason: Parameters<Sealer["rejected"]>[0]): void => {
      isOurs = reason === "unsealed" || reason === "damaged";
      this.#options.sealer.rejected(reason);
    };
    return chain(this.#options.sealer.open({ tenant, key: name }, value, onReject), (opened) => {
      if (opened !== undefined) return opened.value;
      if (isOurs) this.#remove(tenant, name);
      return undefined;
    });
  }

  /** Whether it works changes nothing for this call. */
  #remove(tenant: string, name: string): void {
    try {
      const removing = this.#store.delete(tenant, name);
      if (isPromise(removing)) removing.catch(() => {});
    } catch {
      // It is met again, and removed then.
    }
  }
}

/** Others may write what cannot be read, but not for ever. */
const mostAddAttempts = 4;

function nothing(): void {}
