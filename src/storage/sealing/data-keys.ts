import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock, Random } from "../../core/clock.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { lengthPrefixed } from "../../core/fingerprint.ts";
import type { KeyRows } from "../../core/key-rows.ts";
import type { KeyScope } from "../../core/key-scope.ts";
import type { DataKey, Destroyed, Keyring } from "../../core/keyring.ts";
import { chain, isPromise } from "../../core/maybe-promise.ts";
import type { MaybePromise } from "../../core/store.ts";
import { decodeDataKeyRow, encodeDataKeyRow, ownIdBytes, unwrapDataKey } from "./data-key-row.ts";
import { derived } from "./master-keys.ts";
import type { RootKeys } from "./root-keys.ts";

/**
 * The data keys of tenants and users. Each stands wrapped in a row that is added once and never changed: a new rotation is
 * a new row. So no process can bring back what another has destroyed, and whoever adds at the same time agrees by `add`.
 *
 * The id of a key says where its row is: a keyed hash of the scope (16 bytes), the epoch (4), and a number of its own (8)
 * that tells it from one that stood there before. Opened keys stay in memory for `holdMs`; they are asked for again before
 * that is over, so that a store that answers slowly holds up nobody.
 */

export interface DataKeysOptions {
  readonly rows: KeyRows;
  readonly roots: RootKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly holdMs?: number;
  /** Before a key is made: rejects where the store is no more the one that the root keys are of. */
  readonly beforeMaking?: () => Promise<void>;
}

export const keyHoldMs = 5_000;
const mostHeld = 10_000;
const referenceBytes = 16;
/** Others may destroy a key between two looks at its row, but not for ever. */
const mostAttempts = 4;

/** What wraps a data key. */
interface Above {
  readonly secret: Uint8Array | KeyObject;
}

interface Held {
  readonly key: DataKey;
  readonly since: number;
  isAskedFor: boolean;
}

export class DataKeys implements Keyring {
  readonly #options: DataKeysOptions;
  readonly #holdMs: number;
  /** By scope and epoch. */
  readonly #held = new LRUCache<string, Held>({ max: mostHeld });
  readonly #references = new LRUCache<string, Buffer>({ max: mostHeld });
  /** What was asked before the last destruction is not kept. */
  #destructions = 0;

  constructor(options: DataKeysOptions) {
    this.#options = options;
    this.#holdMs = options.holdMs ?? keyHoldMs;
  }

  keyFor(scope: KeyScope): MaybePromise<DataKey> {
    const place = this.#place(scope, this.#options.roots.current.epoch);
    return this.#heldAt(place) ?? this.#obtain(scope, place);
  }

  find(id: Uint8Array): MaybePromise<DataKey | undefined> {
    const place = placeOf(id);
    return chain(this.#heldAt(place) ?? this.#read(place), (key) =>
      key !== undefined && Buffer.compare(key.id, id) === 0 ? key : undefined,
    );
  }

  async has(scope: KeyScope): Promise<boolean> {
    const { rows, roots } = this.#options;
    const found = await rows.get(roots.all.map(({ epoch }) => rowName(this.#place(scope, epoch))));
    return found.some((row) => row !== undefined);
  }

  async destroy(scope: KeyScope): Promise<Destroyed> {
    const { rows, roots } = this.#options;
    const names = roots.all.map(({ epoch }) => rowName(this.#place(scope, epoch)));
    const keys = await rows.remove(names);
    // Those of its users are wrapped by it.
    this.forgetAll();
    const { isErased, notes } = await rows.clear();
    return { keys, isErased, notes, withinMs: this.#holdMs };
  }

  /** Nothing that is in memory counts any more. */
  forgetAll(): void {
    this.#destructions += 1;
    this.#held.clear();
    this.#references.clear();
  }

  #heldAt(place: string): DataKey | undefined {
    const held = this.#held.get(place);
    if (held === undefined) return undefined;
    const age = this.#options.clock.monotonic() - held.since;
    if (age >= this.#holdMs) {
      this.#held.delete(place);
      return undefined;
    }
    if (age >= this.#holdMs / 2 && !held.isAskedFor) {
      held.isAskedFor = true;
      this.#askAgain(place);
    }
    return held.key;
  }

  /** Behind the call, which it does not concern. */
  #askAgain(place: string): void {
    try {
      const reading = this.#read(place, true);
      if (isPromise(reading)) reading.catch(() => {});
    } catch {
      // What is held counts until its time is over.
    }
  }

  /** What the row holds now. `isAgain`: what was held is held no more when the row is gone. */
  #read(place: string, isAgain = false): MaybePromise<DataKey | undefined> {
    const { rows, clock } = this.#options;
    const [since, destructions] = [clock.monotonic(), this.#destructions];
    const opened = chain(rows.get([rowName(place)]), ([row]) =>
      row === undefined ? undefined : this.#open(place, row),
    );
    return chain(opened, (key) => {
      if (key !== undefined) this.#keep(place, key, since, destructions);
      else if (isAgain) this.#held.delete(place);
      return key;
    });
  }

  async #obtain(scope: KeyScope, place: string): Promise<DataKey> {
    const { rows, clock, beforeMaking } = this.#options;
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const there = await this.#read(place);
      if (there !== undefined) return there;
      await beforeMaking?.();
      const [since, destructions] = [clock.monotonic(), this.#destructions];
      const made = await this.#make(scope, place);
      const row = await rows.add(rowName(place), made.row);
      const isOurs = Buffer.compare(row, made.row) === 0;
      const key = isOurs ? made.key : await this.#open(place, row);
      if (key !== undefined) {
        this.#keep(place, key, since, destructions);
        return key;
      }
      // What is there opens for nobody: what wraps it was destroyed, or lost, or it was altered.
      await rows.remove([rowName(place)]);
    }
    throw new StoreUnavailableError({ message: "the data key could not be made: others change it" });
  }

  async #make(scope: KeyScope, place: string): Promise<{ readonly key: DataKey; readonly row: Uint8Array }> {
    const { random, roots } = this.#options;
    const own = random.bytes(ownIdBytes);
    const secret = random.bytes(32);
    const key: DataKey = { id: idOf(place, own), secret: createSecretKey(secret) };
    const isTenant = scope.user === undefined;
    const above = isTenant ? roots.current : await this.keyFor({ tenant: scope.tenant });
    const row = { kind: isTenant ? "tenant" : "user", id: own, parent: above.id } as const;
    const wrapping = wrappingOf(above.secret, row.kind);
    return {
      key,
      row: encodeDataKeyRow(rowName(place), row, { secret, wrapping, nonce: random.bytes(12) }),
    };
  }

  #open(place: string, bytes: Uint8Array): MaybePromise<DataKey | undefined> {
    const row = decodeDataKeyRow(bytes);
    if (row === undefined) return undefined;
    return chain(this.#above(row.kind, row.parent), (above) => {
      const secret = above && unwrapDataKey(rowName(place), bytes, row, wrappingOf(above.secret, row.kind));
      return secret && { id: idOf(place, row.id), secret: createSecretKey(secret) };
    });
  }

  #above(kind: "tenant" | "user", parent: Uint8Array): MaybePromise<Above | undefined> {
    if (kind === "user") return this.find(parent);
    const { roots } = this.#options;
    // Another process may have begun a new one a moment ago.
    return roots.withId(parent) ?? roots.look().then(() => roots.withId(parent));
  }

  #keep(place: string, key: DataKey, since: number, destructions: number): void {
    if (destructions === this.#destructions) this.#held.set(place, { key, since, isAskedFor: false });
  }

  #place({ tenant, user }: KeyScope, epoch: number): string {
    const fields = user === undefined ? [tenant] : [tenant, user];
    const text = lengthPrefixed(fields);
    let reference = this.#references.get(text);
    if (reference === undefined) {
      const digest = createHmac("sha256", this.#options.roots.names).update(text, "utf8").digest();
      reference = digest.subarray(0, referenceBytes);
      this.#references.set(text, reference);
    }
    const number = Buffer.alloc(4);
    number.writeUInt32BE(epoch);
    return `${reference.toString("hex")}${number.toString("hex")}`;
  }
}

function placeOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, referenceBytes + 4).toString("hex");
}

function rowName(place: string): string {
  return `key.${place}`;
}

function idOf(place: string, own: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(place, "hex"), own]);
}

function wrappingOf(secret: Above["secret"], kind: "tenant" | "user"): Buffer {
  return derived(secret, kind === "tenant" ? "tenants" : "users");
}
