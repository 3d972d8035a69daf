import { LRUCache } from "lru-cache";
import type { AskedBy } from "../../core/asked-by.ts";
import type { AuthFault } from "../../core/auth-fault.ts";
import type { Bus } from "../../core/bus.ts";
import { type Clock, latestTime, type Random } from "../../core/clock.ts";
import { isPromise } from "../../core/maybe-promise.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise } from "../../core/store.ts";
import { idOfKeyKey, type KeyRecord, KeyShelf, keyKey, type ListedKey, type ShelfStore } from "./key-shelf.ts";
import { isKeyHash, type KeyName, keyHash, lastEdition, newKeyId, newKeyText, readKeyText } from "./key-text.ts";
import { askedBy, type VirtualKey } from "./virtual-key.ts";

/**
 * Virtual keys as this gateway knows them: whether a text is one of them, and of whom. What the store says of a key is
 * believed for five seconds and no longer. It is asked again in good time, behind the calls, so that a key in use is not
 * waited for; when the store is away, the keys in use go on until the five seconds are over, and then nobody gets in, since
 * nobody knows who was shut out meanwhile. A key that is taken back is refused here at once, by other gateways when the bus
 * tells them, and without a bus after five seconds.
 */

export interface VirtualKeysParts {
  readonly store: ShelfStore;
  /** Where there are others who share the store. */
  readonly bus: Bus | undefined;
  /** Resolves when the other processes of this machine have heard what was told over the bus. */
  readonly heard?: (() => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

export type KeyFault = Extract<
  AuthFault,
  "malformed" | "unknown" | "wrong_secret" | "expired" | "superseded" | "revoked"
>;

export type KeyCheck =
  | { readonly kind: "known"; readonly askedBy: AskedBy }
  | { readonly kind: "refused"; readonly fault: KeyFault }
  /** The store cannot be asked. */
  | { readonly kind: "unavailable" };

/** The key, and its text: the only time that it is shown. */
export interface ShownKey {
  readonly key: VirtualKey;
  readonly edition: number;
  readonly text: string;
}

export type Rotation =
  | { readonly kind: "rotated"; readonly shown: ShownKey; readonly overlapUntil: number }
  | { readonly kind: "unknown" | "revoked" | "expired" };

/** How long another gateway may take a key that was taken back, where it does not hear of it. */
export const believedMs = 5_000;
const askAgainMs = 2_500;
/** A key is made before anybody can show it: what there is not need not be looked for again at once. */
const unknownMs = 1_000;
/** What was given away by a key is to end within a second of the key. */
const lifeMs = 1_000;
const mostKnown = 10_000;
const mostUnknown = 1_000;
/** Others rotate at the same time. */
const mostTries = 16;

/** As the store had it: an instant, also one that never comes, or one that lies before all where it is not taken. */
interface Life {
  readonly readAtMs: number;
  readonly until: number;
}

interface Known extends KeyRecord {
  readonly readAtMs: number;
  readonly askedBy: AskedBy | undefined;
}

export class VirtualKeys {
  readonly #parts: VirtualKeysParts;
  readonly #shelf: KeyShelf;
  readonly #known = new LRUCache<string, Known>({ max: mostKnown });
  readonly #unknown = new LRUCache<string, Known>({ max: mostUnknown });
  readonly #reading = new Map<string, Promise<Known>>();
  /** Taken back here or found so; a store that has forgotten it is told again. */
  readonly #revoked = new LRUCache<string, number>({ max: mostKnown });
  readonly #lives = new LRUCache<string, Life>({ max: mostKnown });
  #toldOfRevoked: (id: string) => unknown = () => {};
  readonly #stopListening: () => void;
  /** What an unknown key is compared with, so that it takes as long as a known one. */
  readonly #decoy: { readonly salt: Uint8Array; readonly hash: Uint8Array };

  constructor(parts: VirtualKeysParts) {
    this.#parts = parts;
    this.#shelf = new KeyShelf(parts.store, parts.clock);
    const salt = parts.random.bytes(16);
    this.#decoy = { salt, hash: parts.random.bytes(32) };
    this.#stopListening =
      parts.bus?.subscribe({
        heard: (message) => {
          if (message.kind !== "removed" || message.tenant !== systemTenant) return;
          const id = idOfKeyKey(message.key);
          if (id !== undefined) this.#doubt(id);
        },
        // What was missed is noticed within the time that the store is believed for.
        missed: () => {},
      }) ?? (() => {});
  }

  /** Whose key a text is. Never rejects. */
  check(text: string): MaybePromise<KeyCheck> {
    const name = readKeyText(text);
    if (name === undefined) return { kind: "refused", fault: "malformed" };
    const slot = slotOf(name);
    const known = this.#known.get(slot) ?? this.#unknown.get(slot);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#parts.clock.monotonic() - known.readAtMs;
    if (known !== undefined && age < (known.edition === undefined ? unknownMs : believedMs)) {
      if (age >= askAgainMs) void Promise.resolve(this.#read(name)).catch(() => {});
      return this.#judged(name, known, text);
    }
    try {
      const read = this.#read(name);
      if (!isPromise(read)) return this.#judged(name, read, text);
      return read.then(
        (now) => this.#judged(name, now, text),
        () => ({ kind: "unavailable" }),
      );
    } catch {
      return { kind: "unavailable" };
    }
  }

  /** When a key ends, whatever its editions, as the store had it a second ago at most. `undefined`: it is not taken. */
  livesUntil(id: string): MaybePromise<number | undefined> {
    if (this.#revoked.has(id)) return undefined;
    const { clock } = this.#parts;
    const endOf = ({ until }: Life) => (until > latestTime(clock) ? until : undefined);
    const known = this.#lives.get(id);
    const readAtMs = clock.monotonic();
    if (known !== undefined && readAtMs - known.readAtMs < lifeMs) return endOf(known);
    return this.#shelf.find(id).then((listed) => {
      const isTaken = listed !== undefined && listed.revokedAt === undefined;
      const until = isTaken ? (listed.key.expiresAt ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
      const life: Life = { readAtMs, until };
      this.#lives.set(id, life);
      return this.#revoked.has(id) ? undefined : endOf(life);
    });
  }

  /** `told`: of each key that is taken back by this gateway, before that is acknowledged. One is told. */
  onRevoked(told: (id: string) => unknown): void {
    this.#toldOfRevoked = told;
  }

  async create(wish: Omit<VirtualKey, "id" | "createdAt">): Promise<ShownKey> {
    const { clock, random } = this.#parts;
    const key = { ...wish, id: newKeyId(random), createdAt: clock.now() };
    const { text, edition } = this.#newEdition({ id: key.id, edition: 1 }, key.createdAt);
    await this.#shelf.create(key, edition);
    return { key, edition: 1, text };
  }

  /** A new text for the key; those before are taken for another `overlapMs` at most. */
  async rotate(id: string, overlapMs: number): Promise<Rotation> {
    const { clock } = this.#parts;
    for (let tried = 0; tried < mostTries; tried++) {
      const listed = await this.#shelf.find(id);
      if (listed === undefined) return { kind: "unknown" };
      const { key, revokedAt } = listed;
      if (revokedAt !== undefined || this.#revoked.has(id)) return { kind: "revoked" };
      const now = latestTime(clock);
      if (key.expiresAt !== undefined && key.expiresAt <= now) return { kind: "expired" };
      const name = { id, edition: (await this.#shelf.newestEdition(id)) + 1 };
      if (name.edition === 1 || name.edition > lastEdition) return { kind: "revoked" };
      const overlapUntil = now + overlapMs;
      const { text, edition } = this.#newEdition(name, overlapUntil);
      if (!(await this.#shelf.addEdition(name, edition))) continue;
      // Somebody took it back at the same time: he may have missed the new edition.
      if ((await this.#shelf.find(id))?.revokedAt !== undefined) {
        await this.revoke(id);
        return { kind: "revoked" };
      }
      await this.#changed(id);
      return { kind: "rotated", shown: { key, edition: name.edition, text }, overlapUntil };
    }
    return { kind: "unknown" };
  }

  /**
   * Takes it back, at once and for good; also one that was taken back already. False: there is none. Where it rejects, the
   * key is refused here all the same, and taken back as soon as the store is asked about it again.
   */
  async revoke(id: string): Promise<boolean> {
    const at = this.#revoked.get(id) ?? this.#parts.clock.now();
    this.#revoked.set(id, at);
    this.#doubt(id);
    if ((await this.#shelf.find(id)) === undefined) {
      this.#revoked.delete(id);
      return false;
    }
    await this.#shelf.revoke(id, at);
    await this.#changed(id);
    await this.#toldOfRevoked(id);
    return true;
  }

  async all(): Promise<readonly ListedKey[]> {
    const listed = await this.#shelf.all();
    return listed.map(({ key, revokedAt }) => ({ key, revokedAt: revokedAt ?? this.#revoked.get(key.id) }));
  }

  /** Takes back the keys of a tenant, or of one of its users, and forgets what they were for. How many there were. */
  async erase(tenant: string, user?: string): Promise<number> {
    const own = (await this.#shelf.all()).filter(
      ({ key }) => key.tenant === tenant && (user === undefined || key.user === user),
    );
    for (const { key } of own) {
      await this.revoke(key.id);
      await this.#shelf.forget(key.id);
    }
    return own.length;
  }

  close(): void {
    this.#stopListening();
  }

  #newEdition(name: KeyName, overlapUntil: number) {
    const { clock, random } = this.#parts;
    const text = newKeyText(name, random);
    const salt = random.bytes(16);
    return { text, edition: { salt, hash: keyHash(salt, text), createdAt: clock.now(), overlapUntil } };
  }

  /** Those who ask for the same at once share the answer. */
  #read(name: KeyName): MaybePromise<Known> {
    const slot = slotOf(name);
    const reading = this.#reading.get(slot);
    if (reading !== undefined) return reading;
    const readAtMs = this.#parts.clock.monotonic();
    const read = this.#shelf.read(name);
    if (!isPromise(read)) return this.#take(name, read, readAtMs);
    const pending: Promise<Known> = read.then(
      (record) => {
        // Something about the key has changed since: whoever asks from now on has another look.
        if (this.#reading.get(slot) !== pending) return this.#found(record, readAtMs, slot);
        this.#reading.delete(slot);
        return this.#take(name, record, readAtMs);
      },
      (error: unknown) => {
        if (this.#reading.get(slot) === pending) this.#reading.delete(slot);
        throw error;
      },
    );
    this.#reading.set(slot, pending);
    return pending;
  }

  #take(name: KeyName, record: KeyRecord, readAtMs: number): Known {
    const slot = slotOf(name);
    const found = this.#found(record, readAtMs, slot);
    (found.edition === undefined ? this.#unknown : this.#known).set(slot, found);
    (found.edition === undefined ? this.#known : this.#unknown).delete(slot);
    this.#remember(name.id, record);
    return found;
  }

  #found(record: KeyRecord, readAtMs: number, slot: string): Known {
    const { key } = record;
    // What a key is for never changes: who asks by it stays the same object.
    return { ...record, readAtMs, askedBy: key && (this.#known.peek(slot)?.askedBy ?? askedBy(key)) };
  }

  /** A store that began anew, or lost its last writes, does not bring back what was taken back. */
  #remember(id: string, { key, revokedAt }: KeyRecord): void {
    const here = this.#revoked.get(id);
    if (revokedAt !== undefined) this.#revoked.set(id, here ?? revokedAt);
    else if (here !== undefined && key !== undefined) void this.#shelf.revoke(id, here).catch(() => {});
  }

  #judged({ id }: KeyName, { key, edition, endsAt, revokedAt, askedBy }: Known, text: string): KeyCheck {
    const { salt, hash } = edition ?? this.#decoy;
    const isRight = isKeyHash(hash, salt, text);
    const refused = (fault: KeyFault): KeyCheck => ({ kind: "refused", fault });
    if (revokedAt !== undefined || this.#revoked.has(id)) return refused("revoked");
    if (edition === undefined || key === undefined || askedBy === undefined) return refused("unknown");
    if (!isRight) return refused("wrong_secret");
    const now = latestTime(this.#parts.clock);
    if (key.expiresAt !== undefined && key.expiresAt <= now) return refused("expired");
    if (endsAt !== undefined && endsAt <= now) return refused("superseded");
    return { kind: "known", askedBy };
  }

  /** What is known of a key is not used again before the store was asked. */
  #doubt(id: string): void {
    this.#lives.delete(id);
    for (const cache of [this.#known, this.#unknown])
      for (const slot of cache.keys()) if (isOf(slot, id)) cache.delete(slot);
    for (const slot of this.#reading.keys()) if (isOf(slot, id)) this.#reading.delete(slot);
  }

  /** Others are told; who does not hear it notices within the time that the store is believed for. */
  async #changed(id: string): Promise<void> {
    this.#doubt(id);
    const { bus, heard } = this.#parts;
    try {
      await bus?.publish([{ kind: "removed", tenant: systemTenant, key: keyKey(id) }]);
      await heard?.();
    } catch {
      // It is in the store.
    }
  }
}

function slotOf({ id, edition }: KeyName): string {
  return `${id}_${edition}`;
}

function isOf(slot: string, id: string): boolean {
  return slot.startsWith(id) && slot[id.length] === "_";
}
