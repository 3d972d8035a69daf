import type { Directives } from "../core/directives.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { Protocol, RequestFacts } from "../core/protocol.ts";
import { memberOf, type SharedScope, type Sharing } from "../core/shared-scope.ts";

/**
 * Which calls of which tenants are answered in a shared scope. A rule has to say so; nothing that a request says can.
 *
 * Whatever would tell a member what is stored for others keeps a call out of the scope, and in the cache of its own
 * tenant, where the same wish is harmless: `only-if-cached`, ages, a look without writing, one of several variants. So
 * does whatever belongs to one tenant alone: what the provider keeps in its account, and caches for each user.
 */

export interface Sharable {
  readonly policy: CallPolicy;
  readonly directives: Directives;
  readonly facts: RequestFacts;
  readonly protocol: Pick<Protocol, "reissue">;
  readonly variants: number;
  /** The size of the body. */
  readonly requestBytes: number;
  /** Who asks; `undefined` for those who show no credential. */
  readonly tenant: string | undefined;
  /** The gateway has checked who asks, by a key of its own or a proxy's word. */
  readonly isChecked: boolean;
}

export type SharedScopes = ReadonlyMap<string, SharedScope>;

export function sharingOf(scopes: SharedScopes, call: Sharable): Sharing | undefined {
  const { policy, directives, facts, protocol, requestBytes, tenant, variants } = call;
  const scope = policy.share === undefined ? undefined : scopes.get(policy.share);
  if (scope === undefined || tenant === undefined || !isMember(scope, tenant, call.isChecked)) return undefined;
  if (!policy.enabled || policy.perUser || policy.stochastic === "skip" || variants > 1) return undefined;
  if (facts.model === "" || facts.dependencies.length > 0 || protocol.reissue === undefined) return undefined;
  if (looksAround(directives)) return undefined;
  const { name, delay, agreements } = scope;
  return Object.freeze({ scope: name, tenant, member: memberOf(tenant), requestBytes, delay, agreements });
}

/** What else the rules say is cut down to what tells nobody of others. */
export function sharedPolicy(policy: CallPolicy): CallPolicy {
  // An answer in reserve would show in an outage what was asked before; a repeat by somebody else is no repeat.
  const own = { staleIfErrorMs: 0, regenerateWindowMs: 0, edge: "off", hitUsage: "original", replayPaceMs: 0 } as const;
  return Object.freeze({ ...policy, ...own });
}

function isMember({ tenants }: SharedScope, tenant: string, isChecked: boolean): boolean {
  return tenants === "*" ? isChecked : tenants.includes(tenant);
}

function looksAround(directives: Directives): boolean {
  const { onlyIfCached, maxAgeMs, maxStaleMs, minFreshMs, threshold, variant, write, noStore } = directives;
  const asksOfAge = maxAgeMs !== undefined || maxStaleMs !== undefined || minFreshMs !== undefined;
  return onlyIfCached || asksOfAge || threshold !== undefined || variant !== undefined || noStore || !write;
}
