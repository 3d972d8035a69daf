import type { Random } from "./clock.ts";
import type { Store } from "./store.ts";

/**
 * Generations make invalidation a matter of equality, not of clocks. Every scope (everything, a tenant, a
 * namespace, a tag) has a random token in the store. An entry remembers the tokens it saw before its origin was
 * called and is alive only while all are the same. Replacing a token kills everything that remembers the old one,
 * in constant time; losing a token (eviction, a lost write) also kills and never brings anything back.
 */

/** One scope: under which tenant its token is kept, and its name there. */
export interface Scope {
  readonly tenant: string;
  readonly name: string;
}

/** The scope's name and the token it had. */
export interface Generation {
  readonly scope: string;
  readonly token: Uint8Array;
}

export const tokenLength = 12;
/** The tenant under which tokens of all tenants are kept. No principal has it. */
export const systemTenant = "";

const keyOf = (name: string): string => `g:${name}`;

/** The scopes every entry belongs to, then one for each tag. The order is part of the entry format. */
export function scopesOf(tenant: string, namespace: string, tags: readonly string[]): readonly Scope[] {
  return [
    { tenant: systemTenant, name: "all" },
    { tenant, name: "tenant" },
    { tenant, name: `namespace:${namespace}` },
    ...tags.map((tag) => ({ tenant, name: `tag:${tag}` })),
  ];
}

/** Store keys of the scopes of one tenant, to be read together with an entry in one round trip. */
export function scopeKeys(scopes: readonly Scope[]): readonly string[] {
  return scopes.map((scope) => keyOf(scope.name));
}

/** The present tokens; missing ones are created. Call it before the origin is called. */
export async function readGenerations(store: Store, scopes: readonly Scope[], random: Random): Promise<Generation[]> {
  const tokens = await currentTokens(store, scopes);
  return Promise.all(
    scopes.map(async (scope, index) => ({
      scope: scope.name,
      token: tokens[index] ?? (await store.add(scope.tenant, keyOf(scope.name), random.bytes(tokenLength), forGood)),
    })),
  );
}

/** True while every token is what it was. */
export async function areCurrent(
  store: Store,
  scopes: readonly Scope[],
  generations: readonly Generation[],
): Promise<boolean> {
  const tokens = await currentTokens(store, scopes);
  return scopes.every((_, index) => sameToken(tokens[index], generations[index]?.token));
}

/** Gives the scope a new token: everything stored under the old one is dead. */
export async function renewGeneration(store: Store, scope: Scope, random: Random): Promise<void> {
  await store.set(scope.tenant, keyOf(scope.name), random.bytes(tokenLength), forGood);
}

export function sameToken(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;

async function currentTokens(store: Store, scopes: readonly Scope[]): Promise<(Uint8Array | undefined)[]> {
  const tokens: (Uint8Array | undefined)[] = new Array(scopes.length);
  for (const tenant of new Set(scopes.map((scope) => scope.tenant))) {
    const places = scopes.flatMap((scope, index) => (scope.tenant === tenant ? [index] : []));
    const found = await store.get(
      tenant,
      places.map((place) => keyOf((scopes[place] as Scope).name)),
    );
    places.forEach((place, index) => {
      tokens[place] = found[index];
    });
  }
  return tokens;
}
