import type { SealedEntry } from "./entry.ts";
import { currentTokens, sameToken, scopeKeys } from "./generations.ts";
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
    if (!entry.hasTokens(this.#fixed)) return false;
    if (entry.generationCount === fixedScopes) return true;
    return chain(this.areAlive([entry]), ([alive]) => alive === true);
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
      own.map(
        (generations) =>
          generations?.every(({ scope, token }) => sameToken(this.#own.get(scope) ?? more.get(scope), token)) === true,
      );
    if (unknown.size === 0) return judged(nothing);
    const names = [...unknown];
    const scopes = names.map((name) => namedScope(name, this.#tenant));
    return chain(currentTokens(this.#store, scopes), (tokens) =>
      judged(new Map(names.map((name, index) => [name, tokens[index]]))),
    );
  }
}

const nothing: ReadonlyMap<string, Token> = new Map();

/** The values of `slots`, and what to hold them against: one round trip, to both tenants at once. */
export function readWithPresent(
  store: Store,
  tenant: string,
  slots: readonly string[],
  known: ScopeReading,
): MaybePromise<{ readonly values: readonly Token[]; readonly present: Present }> {
  const system = store.get(systemTenant, known.systemKeys);
  const own = store.get(tenant, known.keysWith(slots));
  const join = (ofAll: readonly Token[], ofTenant: readonly Token[]) => ({
    values: ofTenant,
    present: new Present(store, tenant, known.scopes, tokensInOrder(ofAll, ofTenant, slots.length)),
  });
  if (!isPromise(system) && !isPromise(own)) return join(system, own);
  return Promise.all([system, own]).then(([ofAll, ofTenant]) => join(ofAll, ofTenant));
}

/** The scopes of a call, and the keys under which their tokens stand. */
export class ScopeReading {
  readonly scopes: readonly Scope[];
  readonly systemKeys: readonly string[];
  readonly #tenantKeys: readonly string[];
  /** Of one slot, the last that was asked for: a call asks for the same one each time. */
  #withOne: readonly string[] = [];

  constructor(belonging: Belonging) {
    const scopes = scopesOf(belonging);
    const keysOf = (isSystem: boolean) =>
      scopeKeys(scopes.filter(({ tenant }) => (tenant === systemTenant) === isSystem));
    this.scopes = scopes;
    this.systemKeys = keysOf(true);
    this.#tenantKeys = keysOf(false);
  }

  /** What to read of the tenant: `slots`, then the tokens. */
  keysWith(slots: readonly string[]): readonly string[] {
    if (slots.length !== 1) return [...slots, ...this.#tenantKeys];
    if (slots[0] !== this.#withOne[0]) this.#withOne = [...slots, ...this.#tenantKeys];
    return this.#withOne;
  }
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
