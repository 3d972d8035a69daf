import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { chain, isPromise } from "../../core/maybe-promise.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import type { KeyName } from "./key-text.ts";
import {
  decodeEdition,
  decodeKey,
  decodeRevocation,
  encodeEdition,
  encodeKey,
  encodeRevocation,
  type KeyEdition,
  type VirtualKey,
} from "./virtual-key.ts";

/**
 * Virtual keys in the store, for all gateways that share it, under the tenant of the system. Stores cannot change two values
 * at once, so nothing of a key is ever written over: what it is for, each of its editions and that it was taken back are
 * values of their own, which are added and never replaced, and two who change a key at once cannot undo each other. Stores
 * cannot list either: each key has the next of numbered places. It takes its place before anything else, so that there is
 * no key that works and is not listed.
 *
 * Whoever takes a key back also removes its editions: a store that loses the one does not bring back the other.
 */

export interface KeyRecord {
  readonly key: VirtualKey | undefined;
  readonly revokedAt: number | undefined;
  readonly edition: KeyEdition | undefined;
  /** Until when this edition is taken, at most; `undefined`: it is the newest. */
  readonly endsAt: number | undefined;
}

export interface ListedKey {
  readonly key: VirtualKey;
  readonly revokedAt: number | undefined;
}

export interface ShelfStore extends Pick<Store, "get" | "set" | "add" | "delete"> {
  /** Of a store that gathers writes: when it resolves they are where other processes see them. */
  flush?(): Promise<void>;
}

/** Keys in all, those that were taken back included. */
export const mostKeys = 65_536;

const page = 128;
/** Few keys are rotated often while what was before still counts. */
const fewEditions = 8;
const deadlinesMs = { read: 1_000, write: 2_000 };
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;

/** Rejects with `StoreUnavailableError` where the store does not answer in time, or fails. */
export class KeyShelf {
  readonly #store: ShelfStore;
  readonly #clock: Clock;
  /** Places that were taken when they were last read. */
  #taken = 0;

  constructor(store: ShelfStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** One round trip for the newest edition, and for one that has ended; more while it goes on beside others. */
  read({ id, edition }: KeyName): MaybePromise<KeyRecord> {
    const keys = [keyKey(id), revokedKey(id), editionKey(id, edition), editionKey(id, edition + 1)];
    return chain(
      this.#ask(() => this.#store.get(systemTenant, keys)),
      ([key, revoked, own, next]) => {
        const record = { key: decodeKey(key), revokedAt: decodeRevocation(revoked), edition: decodeEdition(own) };
        if (next === undefined) return { ...record, endsAt: undefined };
        return chain(this.#endBy(id, edition + 2, endBefore(next)), (endsAt) => ({ ...record, endsAt }));
      },
    );
  }

  /** Each edition ends all before it; so the first of these ends counts. `endsAt`: by those before `from`. */
  #endBy(id: string, from: number, endsAt: number): MaybePromise<number> {
    if (endsAt <= this.#clock.now()) return endsAt;
    const editions = Array.from({ length: fewEditions }, (_, index) => editionKey(id, from + index));
    return chain(
      this.#ask(() => this.#store.get(systemTenant, editions)),
      (found) => {
        const there = found.filter((edition) => edition !== undefined);
        const end = Math.min(endsAt, ...there.map(endBefore));
        return there.length < fewEditions ? end : this.#endBy(id, from + fewEditions, end);
      },
    );
  }

  async create(key: VirtualKey, edition: KeyEdition): Promise<void> {
    await this.#takePlace(key.id);
    await this.#add(editionKey(key.id, 1), encodeEdition(edition));
    await this.#add(keyKey(key.id), encodeKey(key));
    await this.#flush();
  }

  async find(id: string): Promise<ListedKey | undefined> {
    const [found] = await this.#listed([id]);
    return found;
  }

  /** The newest edition that there is; 0 where there is none. */
  async newestEdition(id: string): Promise<number> {
    for (let from = 1; ; from += page) {
      const editions = Array.from({ length: page }, (_, index) => from + index);
      const found = await this.#get(editions.map((edition) => editionKey(id, edition)));
      const free = found.indexOf(undefined);
      if (free >= 0) return from + free - 1;
    }
  }

  /** Whether this one is now the edition of that number. */
  async addEdition({ id, edition }: KeyName, added: KeyEdition): Promise<boolean> {
    const bytes = encodeEdition(added);
    const there = await this.#ask(
      () => this.#store.add(systemTenant, editionKey(id, edition), bytes, forGood),
      "write",
    );
    await this.#flush();
    return Buffer.compare(there, bytes) === 0;
  }

  /** For good. `newest`: its newest edition. */
  async revoke(id: string, at: number): Promise<void> {
    await this.#ask(() => this.#store.add(systemTenant, revokedKey(id), encodeRevocation(at), forGood), "write");
    await this.#flush();
    await this.#removeEditions(id);
    await this.#flush();
  }

  /** What it was for, too; that it was taken back stays. */
  async forget(id: string): Promise<void> {
    await this.#remove(keyKey(id));
    await this.#flush();
  }

  /** All that there are, in the order in which they were made. */
  async all(): Promise<readonly ListedKey[]> {
    const ids: string[] = [];
    for (let from = 0; from < mostKeys; from += page) {
      const places = Array.from({ length: Math.min(page, mostKeys - from) }, (_, index) => placeKey(from + index));
      const found = await this.#get(places);
      ids.push(...found.flatMap((value) => (value === undefined ? [] : [Buffer.from(value).toString("utf8")])));
      const last = found.findLastIndex((value) => value !== undefined);
      this.#taken = Math.max(this.#taken, from + last + 1);
      if (last < 0) break;
    }
    return this.#listed([...new Set(ids)]);
  }

  async #listed(ids: readonly string[]): Promise<readonly ListedKey[]> {
    const listed: ListedKey[] = [];
    for (let from = 0; from < ids.length; from += page) {
      const some = ids.slice(from, from + page);
      const found = await this.#get(some.flatMap((id) => [keyKey(id), revokedKey(id)]));
      for (const index of some.keys()) {
        const key = decodeKey(found[2 * index]);
        if (key !== undefined) listed.push({ key, revokedAt: decodeRevocation(found[2 * index + 1]) });
      }
    }
    return listed;
  }

  async #takePlace(id: string): Promise<void> {
    const own = Buffer.from(id, "utf8");
    for (let place = this.#taken; place < mostKeys; place++) {
      const there = await this.#ask(() => this.#store.add(systemTenant, placeKey(place), own, forGood), "write");
      this.#taken = place + 1;
      if (Buffer.compare(there, own) === 0) return;
    }
    throw away(`there are ${mostKeys} keys, and no room for more`);
  }

  async #removeEditions(id: string): Promise<void> {
    const newest = await this.newestEdition(id);
    for (let edition = 1; edition <= newest; edition++) await this.#remove(editionKey(id, edition));
  }

  async #add(key: string, value: Uint8Array): Promise<void> {
    const there = await this.#ask(() => this.#store.add(systemTenant, key, value, forGood), "write");
    if (Buffer.compare(there, value) !== 0) throw away("something else stands there");
    // One that has no room hands out what it was given, and keeps nothing.
    const [kept] = await this.#get([key]);
    if (kept === undefined) throw away("it has no room");
  }

  async #remove(key: string): Promise<void> {
    await this.#ask(() => this.#store.delete(systemTenant, key), "write");
  }

  async #get(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#ask(() => this.#store.get(systemTenant, keys));
  }

  async #flush(): Promise<void> {
    const { flush } = this.#store;
    if (flush !== undefined) await this.#ask(() => flush.call(this.#store), "write");
  }

  /** An answer that is there at once comes at once. */
  #ask<T>(action: () => MaybePromise<T>, kind: "read" | "write" = "read"): MaybePromise<T> {
    const deadlineMs = deadlinesMs[kind];
    const failed = (error: unknown): never => {
      throw error instanceof StoreUnavailableError ? error : away("it failed", error);
    };
    try {
      const answer = withDeadline(action(), deadlineMs, this.#clock, () =>
        Promise.reject(away(`it did not answer within ${deadlineMs} ms`)),
      );
      return isPromise(answer) ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }
}

/** Under which the store keeps what a key is for; told over the bus when something about the key has changed. */
export function keyKey(id: string): string {
  return `virtual-keys/${id}`;
}

/** The id in such a name. */
export function idOfKeyKey(key: string): string | undefined {
  const [, id] = /^virtual-keys\/([0-9A-Za-z]+)$/.exec(key) ?? [];
  return id;
}

function revokedKey(id: string): string {
  return `virtual-keys/${id}/revoked`;
}

function editionKey(id: string, edition: number): string {
  return `virtual-keys/${id}/${edition}`;
}

/** When the editions before this one end. One that cannot be read has come after them all the same. */
function endBefore(edition: Uint8Array): number {
  return decodeEdition(edition)?.overlapUntil ?? 0;
}

function placeKey(place: number): string {
  return `virtual-keys/at/${place}`;
}

function away(why: string, cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError({ message: `the store of the keys cannot be used: ${why}`, cause });
}
