import type { Random } from "./clock.ts";
import { StoreUnavailableError } from "./errors.ts";
import { isPromise } from "./maybe-promise.ts";
import { type Scope, systemTenant, wholeTenant } from "./scopes.ts";
import type { MaybePromise, Store } from "./store.ts";
import type { TakenBack } from "./taken-back.ts";

/**
 * Generations make invalidation a matter of equality, not of clocks. Every scope (everything, a tenant, a
 * namespace, a tag, ...) has a random token in the store. An entry remembers the tokens it saw before its origin was
 * called and is alive only while all are the same. Replacing a token kills everything that remembers the old one,
 * in constant time; losing a token (eviction, a lost write) also kills and never brings anything back.
 */

/** The scope's name and the token it had. */
export interface Generation {
  readonly scope: string;
  readonly token: Uint8Array;
  /** The scope had none; this one will be its first, unless another process is quicker. */
  readonly isCandidate?: boolean;
  /** How much this process knew to be taken back before the token was read; absent where nobody keeps count. */
  readonly readAt?: number;
  /** It was taken back, as this process knows, and the token that told of it is gone: who began before it looks like all others. */
  readonly isLost?: boolean;
}

/** The first byte of a token says how it came about: as a scope's first, or in place of another. */
const firstToken = 0;
const renewedToken = 1;

export const tokenLength = 12;

/** Under which key of its tenant a scope's token is stored. */
export function scopeKey({ name }: Pick<Scope, "name">): string {
  return `g:${name}`;
}

/** Store keys of the scopes of one tenant, to be read together with an entry in one round trip. */
export function scopeKeys(scopes: readonly Scope[]): readonly string[] {
  return scopes.map(scopeKey);
}

/** A token that a scope will have as soon as something is stored under it. */
interface Candidate {
  readonly token: Uint8Array;
  /** The one attempt to write it. Once it was in the store it is never written again: it may have been replaced since. */
  writing: Promise<Uint8Array> | undefined;
  isWritten: boolean;
}

/**
 * The tokens as the calls of one process see them. A scope that has none gets a candidate, the same for all calls
 * under way. Of a tenant who was never answered it is written only together with the first answer that is stored under it:
 * whoever asks without a valid credential leaves nothing behind. Of any other it is written while the origin computes, so
 * that a call knows the token that it began under: else an invalidation whose own token is lost before the call ends would
 * look as if it had never been. Whoever finds another token there when it comes to storing does not store, unless it never
 * saw what became of its candidate and what is there now is a first one: then only another process was quicker.
 */
export class Generations {
  readonly #store: Store;
  readonly #random: Random;
  readonly #takenBack: TakenBack | undefined;
  readonly #candidates = new Map<string, Candidate>();

  constructor(store: Store, random: Random, takenBack?: TakenBack) {
    this.#store = store;
    this.#random = random;
    this.#takenBack = takenBack;
  }

  /** The present tokens. Call it before the origin is called. */
  async read(scopes: readonly Scope[], store = this.#store): Promise<Generation[]> {
    const readAt = this.#takenBack?.moment;
    const tokens = await currentTokens(store, scopes);
    const isKnown = scopes.some(({ name }, index) => name === tenantScope && tokens[index] !== undefined);
    return scopes.map((scope, index) => {
      const token = tokens[index];
      if (token === undefined && isKnown && !isRemoval(scope)) this.#writeEarly(scope, this.#candidate(scope));
      const generation = token === undefined ? this.#firstOf(scope) : { scope: scope.name, token };
      return readAt === undefined ? generation : { ...generation, readAt, isLost: this.#isLost(scope, generation) };
    });
  }

  /**
   * Whether nothing was taken back since `before` was read of `scopes`, by what this process knows and by what the store
   * says; one that cannot be asked contradicts nothing.
   */
  async areCurrent(scopes: readonly Scope[], before: readonly Generation[]): Promise<boolean> {
    const isKnownToBeOld = () => before.some((generation, index) => this.#isOld(scopes[index] as Scope, generation));
    if (isKnownToBeOld()) return false;
    const now = await this.read(scopes).catch(() => undefined);
    // It may have come while the store was asked.
    if (isKnownToBeOld()) return false;
    return now?.every((generation, index) => areAlike(before[index] as Generation, generation)) ?? true;
  }

  #isLost(scope: Scope, { token }: Generation): boolean {
    return !isRemoval(scope) && isFirstToken(token) && this.#takenBack?.knows(scope) === true;
  }

  #isOld(scope: Scope, { readAt, token }: Generation): boolean {
    return readAt !== undefined && this.#takenBack?.isSince(scope, readAt, token) === true;
  }

  /** Nobody waits for it; where it fails it is written with the first answer. */
  #writeEarly(scope: Scope, candidate: Candidate): void {
    candidate.writing ??= this.#write(scope, candidate);
    candidate.writing.catch(() => undefined);
  }

  /** What a scope without a token has. */
  #firstOf(scope: Scope): Generation {
    if (isRemoval(scope)) return { scope: scope.name, token: none };
    return { scope: scope.name, token: this.#candidate(scope).token, isCandidate: true };
  }

  /**
   * The generations to store under, when nothing was invalidated since `before` was read; those that nobody has
   * written yet are written. `undefined`: something was, and nothing may be stored. A scope that was not read before
   * (that of the model which answered in place of another) must never have been invalidated.
   */
  async confirm(scopes: readonly Scope[], before: readonly Generation[]): Promise<readonly Generation[] | undefined> {
    const known = new Map(before.map((generation) => [generation.scope, generation]));
    const tokens = await currentTokens(this.#store, scopes);
    const confirmed = await Promise.all(
      scopes.map(async (scope, index): Promise<Generation | undefined> => {
        const generation = known.get(scope.name) ?? this.#firstOf(scope);
        const token = tokens[index] ?? (isRemoval(scope) ? none : await this.#written(scope, generation.token));
        if (this.#isOld(scope, generation)) return undefined;
        return token !== undefined && isSucceededBy(generation, token) ? { scope: scope.name, token } : undefined;
      }),
    );
    if (!confirmed.every((generation) => generation !== undefined)) return undefined;
    return confirmed.filter((_, index) => !isRemoval(scopes[index] as Scope));
  }

  /** What the scope's token is now, if `before` was a candidate and could be written. */
  async #written(scope: Scope, before: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const candidate = this.#candidates.get(`${scope.tenant} ${scope.name}`);
    if (candidate === undefined || !sameToken(candidate.token, before)) return undefined;
    // Written by another call since we looked, or lost again: only the store knows.
    if (candidate.isWritten) return (await this.#store.get(scope.tenant, [scopeKey(scope)]))[0];
    candidate.writing ??= this.#write(scope, candidate);
    return candidate.writing;
  }

  #write(scope: Scope, candidate: Candidate): Promise<Uint8Array> {
    const priority = scope.tenant === systemTenant ? "high" : "normal";
    const options = { ...forGood, priority } as const;
    const attempt = Promise.resolve().then(() =>
      this.#store.add(scope.tenant, scopeKey(scope), candidate.token, options),
    );
    attempt.then(
      (there) => {
        candidate.isWritten = true;
        settledAs.set(candidate.token, there);
      },
      () => {
        // Nobody stored anything under it yet, so another attempt brings nothing back.
        candidate.writing = undefined;
      },
    );
    return attempt;
  }

  #candidate(scope: Scope): Candidate {
    const key = `${scope.tenant} ${scope.name}`;
    const known = this.#candidates.get(key);
    if (known !== undefined && !known.isWritten) return known;
    const candidate: Candidate = { token: newToken(this.#random, firstToken), writing: undefined, isWritten: false };
    this.#candidates.delete(key);
    this.#candidates.set(key, candidate);
    if (this.#candidates.size > maxCandidates) this.#candidates.delete(this.#candidates.keys().next().value as string);
    return candidate;
  }
}

/**
 * What tells those who are computing the answer of `key` that it is to be removed: something stands here for a while
 * after it was. Entries do not remember it, since they are gone themselves.
 */
export function removalOf(tenant: string, key: string): Scope {
  return { tenant, name: `${removal}${key}` };
}

const removal = "removed:";
const none = new Uint8Array(0);

function isRemoval(scope: Scope): boolean {
  return scope.name.startsWith(removal);
}

/**
 * Gives the scope a new token: everything stored under the old one is dead.
 *
 * @param deleteAt Milliseconds since the epoch until which it matters; `Infinity` for what entries remember.
 * @returns The new token.
 * @throws StoreUnavailableError when the store did not take it, and nothing is known to be invalidated.
 */
export async function renewGeneration(
  store: Store,
  scope: Scope,
  random: Random,
  deleteAt = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const token = newToken(random, renewedToken);
  await writeGeneration(store, scope, token, deleteAt);
  return token;
}

/** Makes `token` the scope's, until `deleteAt`. @throws StoreUnavailableError when the store did not take it. */
export async function writeGeneration(store: Store, scope: Scope, token: Uint8Array, deleteAt: number): Promise<void> {
  // An invalidation is the last thing to be forgotten.
  const result = await store.set(scope.tenant, scopeKey(scope), token, { deleteAt, priority: "high" });
  if (result === "stored") return;
  throw new StoreUnavailableError({ message: `the ${store.name} store did not take the new generation: ${result}` });
}

/** The token of the scope: the one that it has, or else its first. For what is to outlive the entries of the scope. */
export async function firstGeneration(store: Store, scope: Scope, random: Random): Promise<Uint8Array> {
  return store.add(scope.tenant, scopeKey(scope), newToken(random, firstToken), { ...forGood, priority: "high" });
}

export function sameToken(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Whether this is a token that a scope began with, and not one that took the place of another. */
export function isFirstToken(token: Uint8Array): boolean {
  return token[0] === firstToken;
}

/** What another process began under says nothing of what was taken back here. */
function areAlike(before: Generation, now: Generation): boolean {
  if (before.readAt === undefined && now.isLost === true) return false;
  return isSucceededBy(before, now.token);
}

/** What was there when a candidate was written: itself, or what another process had written before. */
const settledAs = new WeakMap<Uint8Array, Uint8Array>();

/** Whether a scope that was in `generation` and now has `token` was not invalidated in between. */
function isSucceededBy(generation: Generation, token: Uint8Array): boolean {
  const settled = settledAs.get(generation.token);
  if (settled !== undefined) return isFirstToken(settled) && sameToken(settled, token);
  return sameToken(generation.token, token) || (generation.isCandidate === true && isFirstToken(token));
}

function newToken(random: Random, kind: number): Uint8Array {
  const token = random.bytes(tokenLength);
  token[0] = kind;
  return token;
}

const tenantScope = wholeTenant("").name;
const forGood = { deleteAt: Number.POSITIVE_INFINITY } as const;
/** Calls under way that may share a candidate; losing one only means that an answer is not stored. */
const maxCandidates = 10_000;

/** The tokens of `scopes`, in one round trip for each tenant, all at once. */
export function currentTokens(
  store: Pick<Store, "get">,
  scopes: readonly Scope[],
): MaybePromise<readonly (Uint8Array | undefined)[]> {
  const tenants = [...new Set(scopes.map((scope) => scope.tenant))];
  const places = tenants.map((tenant) => scopes.flatMap((scope, index) => (scope.tenant === tenant ? [index] : [])));
  const reads = tenants.map((tenant, at) =>
    store.get(tenant, scopeKeys((places[at] as number[]).map((place) => scopes[place] as Scope))),
  );
  const inOrder = (found: readonly (readonly (Uint8Array | undefined)[])[]) => {
    const tokens: (Uint8Array | undefined)[] = new Array(scopes.length);
    places.forEach((of, at) => {
      of.forEach((place, index) => {
        tokens[place] = found[at]?.[index];
      });
    });
    return tokens;
  };
  return reads.some(isPromise)
    ? Promise.all(reads).then(inOrder)
    : inOrder(reads as (readonly (Uint8Array | undefined)[])[]);
}
