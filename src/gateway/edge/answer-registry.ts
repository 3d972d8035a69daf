import type { Clock, Random } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import type { EntryPlace } from "../../core/entry-id.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import type { FingerprintKey } from "../../core/fingerprint.ts";
import { currentTokens, firstGeneration, renewGeneration, scopeKey } from "../../core/generations.ts";
import { namedScope, type Scope, systemTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import {
  type AnswerHead,
  type AnswerStanding,
  type AnswerVersion,
  decodeHead,
  decodeStanding,
  decodeVersion,
  encode,
  headKey,
  isInForce,
  isSpared,
  mostVersions,
  placeKey,
  slugScope,
  sourceScope,
  standingKey,
  tokenText,
  versionKey,
} from "../../layers/edge/published-answer.ts";
import { HeldAnswers, type ShownAnswer } from "./held-answers.ts";

/**
 * Published answers in the store, for all who share it. Stores can neither list what they hold nor change two values at
 * once, so a version takes its number, and a slug one of numbered places, by `add`, which gives them to one alone. Nothing of
 * it expires, and it goes last where a store must make room.
 *
 * What is decided of a slug (to publish, to show, to withdraw) is a new head, and then its standing, a single value, names
 * that head. What comes later by itself (the next answer to its prompt, or that there was none) is written to the head that
 * it began with, which nobody reads any more when something else was decided meanwhile. To withdraw renews the generation
 * of the slug. A decision counts only while the slug has the generation that it had when the decision was begun, so whatever
 * was under way when a slug was withdrawn does not bring it back, however late it is written.
 *
 * A version remembers the generations of the entry it was made of, and is dead when one of them was taken back since. Tokens
 * that a store has lost, or that began anew, are no reason: what was reviewed and published is not forgotten by accident.
 */

export interface RegistryParts {
  /** All tiers. */
  readonly store: Store;
  /** The store that holds everything; rejects where it cannot be asked. */
  readonly truth: Pick<Store, "get">;
  readonly secret: FingerprintKey;
  readonly clock: Clock;
  readonly random: Random;
  /** Resolves when whoever else shares the store has been told that a key of the system was written. */
  readonly announce: (keys: readonly string[]) => Promise<void>;
}

const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
const deadlineMs = 2_000;
const pageSize = 128;
/** Slugs in all, those that were withdrawn included. */
export const mostAnswers = 10_000;

export class AnswerRegistry {
  readonly #parts: RegistryParts;
  /** What was read, by the bytes it was read from. */
  readonly #heads = new WeakMap<Uint8Array, AnswerHead>();
  readonly #versions = new WeakMap<Uint8Array, AnswerVersion>();

  readonly #held: HeldAnswers;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#held = new HeldAnswers({
      store: parts.store,
      readStanding: (slug, value) => decodeStanding(parts.secret, slug, value),
      readHead: (slug, id, value) => this.#readHead(slug, id, value),
      readVersion: (slug, version, value) => this.#readVersion(slug, version, value),
    });
  }

  /** What is shown under the slug, where that can be told from memory. */
  shown(slug: string): ShownAnswer | undefined {
    return this.#held.get(slug);
  }

  /** `undefined`: there is none. Rejects with `StoreUnavailableError` where nobody knows. */
  async head(slug: string): Promise<AnswerHead | undefined> {
    const [value, token] = await this.#values([standingKey(slug), scopeKey(slugScope(slug))]);
    const standing = value && decodeStanding(this.#parts.secret, slug, value);
    if (standing === undefined) return undefined;
    const [kept] = await this.#values([headKey(slug, standing.head)]);
    const head = kept && this.#readHead(slug, standing.head, kept);
    if (head === undefined || isInForce(standing, token)) return head;
    return withdrawn(head);
  }

  /** As `head`. */
  async version(slug: string, version: number): Promise<AnswerVersion | undefined> {
    const [value] = await this.#values([versionKey(slug, version)]);
    return value && this.#readVersion(slug, version, value);
  }

  /** For good, with its text; its number is not given to another one. As `head`. */
  async removeVersion(slug: string, version: number): Promise<void> {
    const { store, announce } = this.#parts;
    const key = versionKey(slug, version);
    await this.#asked(async () => store.delete(systemTenant, key));
    await announce([key]);
  }

  /** Whether nothing that it lives by was taken back since it was computed. Rejects as `head`. */
  async isAlive(version: AnswerVersion): Promise<boolean> {
    const { store, truth } = this.#parts;
    const known = await this.#tokens(store, version);
    if (known.every((token, index) => token !== undefined && isSpared(version, index, token))) return true;
    // Memory may be behind, and a guard that gave up says that there is nothing.
    const tokens = await this.#asked(() => this.#tokens(truth, version));
    return tokens.every((token, index) => isSpared(version, index, token));
  }

  /** What is made of this entry from now on lives by this, too. To be asked before the entry is read. */
  async generationOf(source: EntryPlace): Promise<readonly [scope: string, token: string]> {
    const scope = sourceScope(source);
    return [scope.name, await this.#tokenOf(scope)];
  }

  /** Resolves when nothing is alive any more that was made of one of these entries, be it shown or not. */
  async takeBack(sources: readonly EntryPlace[]): Promise<void> {
    const { store, truth, random, announce } = this.#parts;
    const scopes = sources.map(sourceScope);
    const tokens = await this.#asked(async () => currentTokens(truth, scopes));
    // Of the others nothing was made, and nothing can be: they are gone already.
    const used = scopes.filter((_, index) => tokens[index] !== undefined);
    if (used.length === 0) return;
    await this.#asked(async () => Promise.all(used.map((scope) => renewGeneration(store, scope, random))));
    await announce(used.map(scopeKey));
  }

  /** In the order in which their slugs came. */
  async heads(): Promise<readonly AnswerHead[]> {
    const heads: AnswerHead[] = [];
    for (let from = 0; from < mostAnswers; from += pageSize) {
      const keys = Array.from({ length: pageSize }, (_, index) => placeKey(from + index));
      const places = await this.#asked(async () => this.#parts.truth.get(systemTenant, keys));
      const slugs = places.flatMap((value) => (value === undefined ? [] : [Buffer.from(value).toString("utf8")]));
      for (const head of await Promise.all(slugs.map((slug) => this.head(slug)))) if (head) heads.push(head);
      if (slugs.length < pageSize) break;
    }
    return heads;
  }

  /** The version with its number; not shown until a head says so. */
  async addVersion(draft: Omit<AnswerVersion, "version">): Promise<AnswerVersion> {
    const { secret } = this.#parts;
    const { slug, source } = draft;
    // It belongs to the tenant whose answer it was, and ends with the tenant's key.
    const options = { ...forGood, owner: { tenant: source.tenant } };
    const first = ((await this.head(slug))?.latest ?? 0) + 1;
    for (let version = first; version < mostVersions; version++) {
      const key = versionKey(slug, version);
      const wanted = { ...draft, version };
      const bytes = encode(secret, key, wanted);
      const there = await this.#asked(async () => this.#parts.store.add(systemTenant, key, bytes, options));
      if (Buffer.compare(there, bytes) === 0) return wanted;
    }
    throw new StoreUnavailableError({ message: `there are ${mostVersions} versions of ${slug}` });
  }

  /** What a decision of this slug that begins now is to be made with: a withdrawal that comes later wins over it. */
  async generation(slug: string): Promise<string> {
    return this.#tokenOf(slugScope(slug));
  }

  /**
   * Something new was decided. Resolves when it is in the store, and the others have heard of it.
   *
   * @param generation That of the slug when the decision was begun; default: it begins now.
   */
  async setHead(decided: Omit<AnswerHead, "id">, generation?: string): Promise<AnswerHead> {
    const { random, announce } = this.#parts;
    const { slug } = decided;
    const standing = {
      head: Buffer.from(random.bytes(12)).toString("base64url"),
      generation: generation ?? (await this.generation(slug)),
    };
    const head = { ...decided, id: standing.head };
    await this.#takePlace(slug);
    await this.#keep(headKey(slug, head.id), head);
    await this.#keep(standingKey(slug), standing);
    await announce([standingKey(slug), scopeKey(slugScope(slug))]);
    return head;
  }

  /** As `setHead`; none that began before counts from now on. */
  async withdraw(before: AnswerHead, changedAt: number): Promise<AnswerHead> {
    const { store, random } = this.#parts;
    const scope = slugScope(before.slug);
    const token = await this.#asked(async () => renewGeneration(store, scope, random));
    return this.setHead({ ...withdrawn(before), changedAt }, tokenText(token));
  }

  /** More is known of what was decided; nothing changes where something else was decided meanwhile. As `setHead`. */
  async amend(head: AnswerHead): Promise<AnswerHead> {
    const key = headKey(head.slug, head.id);
    await this.#keep(key, head);
    await this.#parts.announce([key]);
    return head;
  }

  async #keep(key: string, record: AnswerHead | AnswerStanding): Promise<void> {
    const { secret, store } = this.#parts;
    const result = await this.#asked(async () => store.set(systemTenant, key, encode(secret, key, record), forGood));
    if (result !== "stored")
      throw new StoreUnavailableError({ message: `the store did not take the answer: ${result}` });
  }

  #readHead(slug: string, id: string, value: Uint8Array): AnswerHead | undefined {
    const known = this.#heads.get(value);
    if (known?.slug === slug && known.id === id) return known;
    const read = decodeHead(this.#parts.secret, slug, id, value);
    if (read !== undefined) this.#heads.set(value, read);
    return read;
  }

  #readVersion(slug: string, version: number, value: Uint8Array): AnswerVersion | undefined {
    const known = this.#versions.get(value);
    if (known?.slug === slug && known.version === version) return known;
    const read = decodeVersion(this.#parts.secret, slug, version, value);
    if (read !== undefined) this.#versions.set(value, read);
    return read;
  }

  async #takePlace(slug: string): Promise<void> {
    const { store } = this.#parts;
    if ((await this.head(slug)) !== undefined) return;
    const bytes = Buffer.from(slug, "utf8");
    for (let place = (await this.heads()).length; place < mostAnswers; place++) {
      const there = await this.#asked(async () => store.add(systemTenant, placeKey(place), bytes, forGood));
      if (Buffer.compare(there, bytes) === 0) return;
    }
    throw new StoreUnavailableError({ message: `there are ${mostAnswers} published answers, and no room for more` });
  }

  async #tokens(store: Pick<Store, "get">, { source, generations }: AnswerVersion) {
    return currentTokens(
      store,
      generations.map(([scope]) => namedScope(scope, source.tenant)),
    );
  }

  async #tokenOf(scope: Scope): Promise<string> {
    const { store, random } = this.#parts;
    return tokenText(await this.#asked(async () => firstGeneration(store, scope, random)));
  }

  /** What memory and guards do not know is asked of the store itself: absent is not the same as out of reach. */
  async #values(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const { store, truth } = this.#parts;
    const known = await this.#quietly(() => store.get(systemTenant, keys));
    if (known?.every((value) => value !== undefined) === true) return known;
    return this.#asked(async () => truth.get(systemTenant, keys));
  }

  async #quietly<T>(action: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch {
      return undefined;
    }
  }

  async #asked<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(action(), deadlineMs, this.#parts.clock, late);
    } catch (error) {
      throw error instanceof StoreUnavailableError
        ? error
        : new StoreUnavailableError({ message: "it failed", cause: error });
    }
  }
}

function withdrawn(head: AnswerHead): AnswerHead {
  return { ...head, state: "withdrawn", current: undefined, prompt: undefined };
}

function late(): never {
  throw new StoreUnavailableError({ message: `the store did not answer within ${deadlineMs} ms` });
}
