import { createHmac } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { CancelTimer, Clock, Random } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { InvalidOptionError, RepriseError, StoreUnavailableError } from "../../core/errors.ts";
import { lengthPrefixed } from "../../core/fingerprint.ts";
import { type KeyRows, keyRowsAmongValues } from "../../core/key-rows.ts";
import type { KeyScope } from "../../core/key-scope.ts";
import type { DataKey, Destroyed, Keyring } from "../../core/keyring.ts";
import { chain } from "../../core/maybe-promise.ts";
import { Sealer, type SealRejection } from "../../core/sealer.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { MaybePromise } from "../../core/store.ts";
import { sealedStore } from "../../stores/sealed.ts";
import { type CarriedOver, carryOver } from "./carry-over.ts";
import { DataKeys } from "./data-keys.ts";
import type { MasterKeys } from "./master-keys.ts";
import { type RootKey, RootKeys } from "./root-keys.ts";

/**
 * Sealing at rest, put together for one store: the master key wraps root keys, a root key wraps the data keys of tenants,
 * and that of a tenant those of its users; what goes into the store is sealed with data keys (`stores/sealed.ts`).
 *
 * A master key that is not that of the store is found out at the start, or, where the store is away then, as soon as it is
 * there: nothing is read or written with it. Whoever has the root keys keeps them, so that a gateway that runs is not
 * disturbed by another one that has changed the master key. A store that has other root keys while it is in use, because
 * it was restored or is another one behind the same name, is left alone as well, until it has those that are known.
 */

export interface SealingOptions {
  readonly store: SharedStore;
  readonly masters: MasterKeys;
  /** See `SealingKeys`. */
  readonly firstSecret?: Uint8Array | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether what lies in plain when the store is sealed for the first time is taken over. Default: it is. */
  readonly trustsPlain?: boolean;
  readonly onReject?: (reason: SealRejection) => void;
  /** The store turned out to be sealed with another master key, some time after the start. */
  readonly onWrongKey?: (error: RepriseError) => void;
  /** The store was not sealed before, and has things of before. */
  readonly onCarriedOver?: (carried: CarriedOver) => void;
}

/** What a store may take to hand out its keys at the start. */
const deadlineMs = 5_000;
/** While they are not there, it is asked no more often than this. */
const askAgainMs = 1_000;
/** How often it is seen to that the store still has them, and whether there are new ones. */
const lookAgainMs = 10_000;
const mostNames = 20_000;

export class Sealing implements Keyring {
  readonly sealer: Sealer;
  /** The store behind the seal. */
  readonly store: SharedStore;
  readonly firstSecret: Uint8Array | undefined;
  readonly #options: SealingOptions;
  readonly #rows: KeyRows;
  readonly #roots: RootKeys;
  readonly #keys: DataKeys;
  readonly #hashes = new LRUCache<string, string>({ max: mostNames });
  #opening: Promise<void> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;
  #isWrongKeyTold = false;
  /** The root keys are those of the store, as far as is known. */
  #isSure = false;
  #doubts = 0;
  readonly #stopHearing: () => void;
  #cancel: CancelTimer = () => {};
  #isClosed = false;

  /** @throws InvalidOptionError when the store was sealed with another master key. */
  static async open(options: SealingOptions): Promise<Sealing> {
    const sealing = new Sealing(options);
    try {
      await withDeadline(sealing.#look({ rewrap: true }), deadlineMs, options.clock, () => {
        throw new StoreUnavailableError({ message: `the store did not hand out its keys within ${deadlineMs} ms` });
      });
    } catch (error) {
      if (error instanceof InvalidOptionError) throw error;
    }
    if (sealing.#roots.isOpen) await sealing.#carryOver();
    sealing.#lookLater();
    return sealing;
  }

  private constructor(options: SealingOptions) {
    const { store, masters, clock, random, onReject } = options;
    this.#options = options;
    this.firstSecret = options.firstSecret;
    this.#rows = store.keyRows?.() ?? keyRowsAmongValues(store, () => unclearable(store.name));
    const onReplaced = (): void => {
      this.#keys.forgetAll();
      this.#hashes.clear();
    };
    this.#roots = new RootKeys({ rows: this.#rows, masters, clock, random, onReplaced });
    const beforeMaking = () => this.#sureNow();
    this.#keys = new DataKeys({ rows: this.#rows, roots: this.#roots, clock, random, beforeMaking });
    // Whoever answers next under that name may be another.
    const doubt = (): void => {
      this.#isSure = false;
      this.#doubts += 1;
    };
    this.#stopHearing = store.onInterrupted?.(doubt) ?? (() => {});
    this.sealer = new Sealer({ keyring: this, random, ...(onReject && { onReject }) });
    this.store = sealedStore(store, {
      sealer: this.sealer,
      ready: () => this.ready(),
      nameOf: (tenant, key) => this.#hashOf(tenant, key),
    });
  }

  /** Rejects with `StoreUnavailableError` while the keys of the store cannot be had, or are not for us. */
  ready(): MaybePromise<void> {
    if (this.#isSure) return;
    const { clock } = this.#options;
    if (this.#failure !== undefined && clock.monotonic() < this.#failure.until)
      return Promise.reject(this.#failure.error);
    this.#opening ??= this.#sureNow().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  keyFor(scope: KeyScope): MaybePromise<DataKey> {
    return chain(this.ready(), () => this.#keys.keyFor(scope));
  }

  find(id: Uint8Array): MaybePromise<DataKey | undefined> {
    return chain(this.ready(), () => this.#keys.find(id));
  }

  async has(scope: KeyScope): Promise<boolean> {
    await this.ready();
    await this.#look();
    return this.#keys.has(scope);
  }

  async destroy(scope: KeyScope): Promise<Destroyed> {
    await this.ready();
    // A rotation of a moment ago has made keys that are not known here yet.
    await this.#look();
    return this.#keys.destroy(scope);
  }

  /** From now on, everywhere within seconds, new values are sealed with new keys. */
  async rotate(): Promise<RootKey> {
    await this.ready();
    return this.#roots.rotate();
  }

  /** The root keys, without their secrets. */
  async rootKeys(): Promise<readonly Omit<RootKey, "secret">[]> {
    await this.ready();
    await this.#look();
    return this.#roots.all.map(({ secret: _, ...rest }) => rest);
  }

  /** Forgets all keys; the store is closed by whoever has it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#stopHearing();
    this.#keys.forgetAll();
    await this.#rows.close();
  }

  async #sureNow(): Promise<void> {
    const { clock } = this.#options;
    const wasOpen = this.#roots.isOpen;
    try {
      await this.#look({ rewrap: !wasOpen });
    } catch (cause) {
      this.#tellWrongKey(cause);
      const details = { cause, remedy: RepriseError.isInstance(cause) ? cause.remedy : undefined };
      const error = new StoreUnavailableError({ message: "the keys of the sealed store cannot be had", ...details });
      // One that has come back is not kept waiting by those who asked while it was away.
      if (!wasOpen || cause instanceof InvalidOptionError)
        this.#failure = { error, until: clock.monotonic() + askAgainMs };
      throw error;
    }
    if (!wasOpen) void this.#carryOver();
  }

  /** Never rejects: what was broken off is gone on with after the next start. */
  async #carryOver(): Promise<void> {
    const { store, clock, trustsPlain = true, onCarriedOver } = this.#options;
    const { isNew, all } = this.#roots;
    const ageMs = clock.now() - (all[0]?.createdAt ?? 0);
    const find = (id: Uint8Array) => this.find(id);
    const parts = { store, sealed: this.store, isNew, ageMs, trustsPlain, find };
    const carried = await carryOver(parts).catch(() => undefined);
    if (carried !== undefined) onCarriedOver?.(carried);
  }

  /** Rejects as `RootKeys.look` does. */
  async #look(options: { readonly rewrap?: boolean } = {}): Promise<void> {
    const doubts = this.#doubts;
    try {
      await this.#roots.look(options);
    } catch (error) {
      if (error instanceof InvalidOptionError) this.#isSure = false;
      throw error;
    }
    this.#isSure = doubts === this.#doubts;
    this.#isWrongKeyTold = false;
    this.#failure = undefined;
  }

  /** Under which key the driver has what stands under `key` here. */
  nameOf(tenant: string, key: string): string {
    return this.#hashOf(tenant, key);
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.clock.after(lookAgainMs, () => {
      // Before they were there once, whoever needs them asks.
      const looking = this.#roots.isOpen ? this.#look() : Promise.resolve();
      void looking.catch((error: unknown) => this.#tellWrongKey(error)).then(() => this.#lookLater());
    });
  }

  #tellWrongKey(error: unknown): void {
    if (!(error instanceof InvalidOptionError) || this.#isWrongKeyTold) return;
    this.#isWrongKeyTold = true;
    this.#options.onWrongKey?.(error);
  }

  #hashOf(tenant: string, key: string): string {
    const text = lengthPrefixed([tenant, key]);
    let hash = this.#hashes.get(text);
    if (hash === undefined) {
      hash = `h:${createHmac("sha256", this.#roots.names).update(text, "utf8").digest("base64url")}`;
      this.#hashes.set(text, hash);
    }
    return hash;
  }
}

function unclearable(name: string) {
  const note = `The key was removed from the ${name} store. Its bytes may stay where it kept them until it writes others there.`;
  return { isErased: false, notes: [note] };
}
