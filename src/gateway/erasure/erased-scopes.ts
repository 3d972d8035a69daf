import { type Scope, scopeOf } from "../../core/scopes.ts";
import { memberOf, memberTag, sharedTenant } from "../../core/shared-scope.ts";
import type { ErasedScope } from "../../erasure/erasure-record.ts";

/**
 * The scopes that what is erased lives by, where it is only a part of what a tenant has: those of a user, and those of a
 * tenant or its user in the scopes that several tenants share. `shared`: the names of these.
 */
export function erasedScopes({ tenant, user }: ErasedScope, shared: Iterable<string>): readonly Scope[] {
  const given = Array.from(shared, (name): Scope => {
    const of = sharedTenant(name);
    return user === undefined ? scopeOf("user", memberOf(tenant), of) : scopeOf("tag", memberTag(tenant, user), of);
  });
  return user === undefined ? given : [scopeOf("user", user, tenant), ...given];
}
