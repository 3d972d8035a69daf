import type { SealedEntry } from "./entry.ts";
import { currentTokens, type Generation, sameToken, scopeKeys } from "./generations.ts";
import { type Holding, holdIn } from "./holding.ts";
import { chain, isPromise } from "./maybe-promise.ts";
import { type Belonging, fixedScopes, namedScope, type Scope, scopesOf, systemTenant } from "./scopes.ts";
import type { MaybePromise, Store } from "./store.ts";

/**
 * The generations as they are now, to hold entries against. Those of the caller's own scopes came with the look-up;
 * what an entry has beyond them (tags that this caller did not name, the user who asked first) costs one more round trip.
 */

type Token = Uint8Array | undefined;

export class Present {
  readonly #store: Store;
  readonly #tenant: string;
  readonly #fixed: readonly Token[];
  readonly #own: ReadonlyMap<string, Token>;
  /** It will be asked again, and need not compare again what it has found alive. */
  isHeld = false;

  /** `tokens` of `scopes`, which begin with the fixed ones. */
  constructor(store: Store, tenant: string, scopes: readonly Scope[], tokens: readonly Token[]) {
    this.#store = store;
    this.#tenant = tenant;
    this.#fixed = tokens.length === fixedScopes ? tokens : tokens.slice(0, fixedScopes);
    this.#own =
      tokens.length === fixedScopes
        ? nothing
        : new Map(scopes.slice(fixedScopes).map(({ name }, index) => [name, tokens[fixedScopes + index]]));
  }

  /** Whether nothing that `entry` belongs to was invalidated since it was computed. */
  isAlive(entry: SealedEntry): MaybePromise<boolean> {
    if (this.isHeld && foundAliveBy.get(entry) === this) return true;
    if (!entry.hasTokens(this.#fixed)) return false;
    if (entry.generationCount > fixedScopes) {
      const own = entry.generations.slice(fixedScopes);
      if (!own.every(({ scope }) => this.#own.has(scope)))
        return chain(this.areAlive([entry]), ([alive]) => alive === true);
      if (!this.#hasOwn(own, nothing)) return false;
    }
    if (this.isHeld) foundAliveBy.set(entry, this);
    return true;
  }

  /** The same for many, with one round trip at most. */
  areAlive(entries: readonly SealedEntry[]): MaybePromise<readonly boolean[]> {
    const own = entries.map((entry) => {
      if (!entry.hasTokens(this.#fixed)) return undefined;
      // Most have nothing beyond, and are not taken apart for it.
      return entry.generationCount === fixedScopes ? [] : entry.generations.slice(fixedScopes);
    });
    const unknown = new Set<string>();
    for (const generations of own)
      for (const { scope } of generations ?? []) if (!this.#own.has(scope)) unknown.add(scope);
    const judged = (more: ReadonlyMap<string, Token>) =>
      own.map((generations) => generations !== undefined && this.#hasOwn(generations, more));
    if (unknown.size === 0) return judged(nothing);
    const names = [...unknown];
    const scopes = names.map((name) => namedScope(name, this.#tenant));
    return chain(currentTokens(this.#store, scopes), (tokens) =>
      judged(new Map(names.map((name, index) => [name, tokens[index]]))),
    );
  }

  #hasOwn(generations: readonly Generation[], more: ReadonlyMap<string, Token>): boolean {
    return generations.every(({ scope, token }) => sameToken(this.#own.get(scope) ?? more.get(scope), token));
  }
}

/** By whom an entry was found alive last, with all that it belongs to at hand: neither of the two ever changes. */
const foundAliveBy = new WeakMap<SealedEntry, Present>();

const nothing: ReadonlyMap<string, Token> = new Map();

/** What a look-up found, and what to hold it against. */
export interface ReadWithPresent {
  readonly values: readonly Token[];
  readonly present: Present;
}

/** The values of `slots`, and the present: one round trip, to both tenants at once; of what is held, none. */
export function readWithPresent(
  store: Store,
  tenant: string,
  slots: readonly string[],
  known: ScopeReading,
): MaybePromise<ReadWithPresent> {
  const held = known.presentIn(store);
  if (held !== undefined) {
    const values = store.get(tenant, slots);
    return isPromise(values) ? values.then((found) => ({ values: found, present: held })) : { values, present: held };
  }
  const system = store.get(systemTenant, known.systemKeys);
  const own = store.get(tenant, [...slots, ...known.tenantKeys]);
  const join = (ofAll: readonly Token[], ofTenant: readonly Token[]): ReadWithPresent => {
    const tokens = tokensInOrder(ofAll, ofTenant, slots.length);
    return { values: ofTenant, present: new Present(store, tenant, known.scopes, tokens) };
  };
  if (isPromise(system) || isPromise(own))
    return Promise.all([system, own]).then(([ofAll, ofTenant]) => join(ofAll, ofTenant));
  const read = join(system, own);
  known.hold(store, tenant, read.present, system, own.slice(slots.length));
  return read;
}

/**
 * The scopes of calls, and the keys under which their tokens stand. Tokens that are in memory are held there, so that
 * they are read and compared again only when one of them has changed.
 */
export class ScopeReading {
  readonly scopes: readonly Scope[];
  readonly systemKeys: readonly string[];
  readonly tenantKeys: readonly string[];
  #held: Held | undefined;

  constructor(belonging: Belonging) {
    const scopes = scopesOf(belonging);
    const keysOf = (isSystem: boolean) =>
      scopeKeys(scopes.filter(({ tenant }) => (tenant === systemTenant) === isSystem));
    this.scopes = scopes;
    this.systemKeys = keysOf(true);
    this.tenantKeys = keysOf(false);
  }

  /** What was read of `store` before, if reading again would give the same. */
  presentIn(store: Store): Present | undefined {
    const held = this.#held;
    if (held === undefined || held.store !== store) return undefined;
    if (held.system.isCurrent() && held.own.isCurrent()) return held.present;
    this.#held = undefined;
    return undefined;
  }

  /** Of `store`, where it can: `present` is made of what was read in this turn. */
  hold(store: Store, tenant: string, present: Present, ofAll: readonly Token[], ofTenant: readonly Token[]): void {
    if (ofAll.includes(undefined) || ofTenant.includes(undefined)) return;
    const system = holdIn(store, systemTenant, this.systemKeys);
    const own = system && holdIn(store, tenant, this.tenantKeys);
    if (system === undefined || own === undefined) return;
    if (!areSame(system.values, ofAll) || !areSame(own.values, ofTenant)) return;
    present.isHeld = true;
    this.#held = { store, present, system, own };
  }
}

interface Held {
  readonly store: Store;
  readonly present: Present;
  readonly system: Holding;
  readonly own: Holding;
}

/** The same objects, which is more than the same bytes. */
function areSame(one: readonly Token[], other: readonly Token[]): boolean {
  return one.every((token, index) => token === other[index]);
}

/** Four of all tenants, four of this one, then the own ones of both in turn: the order of `scopesOf`. */
function tokensInOrder(ofAll: readonly Token[], ofTenant: readonly Token[], from: number): readonly Token[] {
  const half = fixedScopes / 2;
  const tokens: Token[] = [];
  for (let index = 0; index < half; index++) tokens.push(ofAll[index]);
  for (let index = 0; index < half; index++) tokens.push(ofTenant[from + index]);
  for (let index = half; index < ofAll.length; index++) tokens.push(ofAll[index], ofTenant[from + index]);
  return tokens;
}
