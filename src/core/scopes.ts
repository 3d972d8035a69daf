import { contentDigest } from "./fingerprint.ts";

/**
 * What can be invalidated at one stroke. Every answer belongs to some scopes, of its tenant and across all tenants, and
 * each scope has a generation in the store (generations.ts). The scopes that follow from a call's key are the same for
 * whoever asks for it: they are `fixed`, always as many and always in this order, so that they are read together with the
 * entry. The user for whom an answer was computed and its tags are its own, and known only from the entry.
 */

/** One scope: under which tenant its token is kept, and its name there. */
export interface Scope {
  readonly tenant: string;
  readonly name: string;
}

/** What a call belongs to. */
export interface Belonging {
  readonly tenant: string;
  readonly namespace: string;
  /** As asked for; empty for what asks no model. */
  readonly model: string;
  readonly version: string;
  readonly user: string | undefined;
  readonly tags: readonly string[];
}

/** The tenant under which tokens of all tenants are kept. No principal has it. */
export const systemTenant = "";

/** The part of a scope's name that says what it groups by. */
export type ScopeKind = "namespace" | "model" | "version" | "user" | "tag";

/** What a scope is the scope of. */
export type ScopeGroup = ScopeKind | "tenant" | "all";

/** How many scopes every answer has, before its own. */
export const fixedScopes = 8;

/** The scope of everything with this `value`: of one tenant, or of all. */
export function scopeOf(kind: ScopeKind, value: string, tenant: string | undefined): Scope {
  const name = `${kind}:${nameOf(kind, value)}`;
  return tenant === undefined ? { tenant: systemTenant, name: `all:${name}` } : { tenant, name };
}

export const everything: Scope = Object.freeze({ tenant: systemTenant, name: "all" });

export function wholeTenant(tenant: string): Scope {
  return { tenant, name: "tenant" };
}

/** The fixed scopes, then the user, then the tags. The order is part of the entry format. */
export function scopesOf({ tenant, namespace, model, version, user, tags }: Belonging): readonly Scope[] {
  const both = (kind: ScopeKind, value: string) => [scopeOf(kind, value, undefined), scopeOf(kind, value, tenant)];
  const fixed = (of: string | undefined) => [
    scopeOf("namespace", namespace, of),
    scopeOf("model", model, of),
    scopeOf("version", version, of),
  ];
  return [
    everything,
    ...fixed(undefined),
    wholeTenant(tenant),
    ...fixed(tenant),
    ...(user === undefined ? [] : both("user", user)),
    ...tags.flatMap((tag) => both("tag", tag)),
  ];
}

/** The scope of this `name` that an entry of `tenant` remembers. */
export function namedScope(name: string, tenant: string): Scope {
  return { tenant: name.startsWith("all") ? systemTenant : tenant, name };
}

/** The other way round, for those who count: what `scopeOf`, `everything` and `wholeTenant` have named. */
export function scopeGroup(name: string): ScopeGroup {
  const [first, second] = name.split(":");
  return (first === "all" ? (second ?? "all") : first) as ScopeGroup;
}

/** Names from requests may be long, and users are nobody's business: neither is written into the store as it came. */
function nameOf(kind: ScopeKind, value: string): string {
  return kind === "user" || value.length > longestName ? `#${contentDigest(value)}` : value;
}

const longestName = 100;
