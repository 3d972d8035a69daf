import type { Call } from "../core/call.ts";
import type { BypassReason } from "../core/outcome-reasons.ts";
import { isDeterministic, isTooStochasticToStore } from "./stochastic.ts";

/** Why no layer may touch this call, if so. Server policy comes first, then the caller's wish. */
export function bypassReason(call: Call): BypassReason | undefined {
  const { directives, facts, policy, principal } = call;
  // Without a model in the request, which one answers is the origin's to decide, and to change.
  if (!policy.enabled || facts.model === "") return "not_cacheable";
  const dependence = dependenceReason(call);
  if (dependence !== undefined) return dependence;
  // Where users are kept apart, those who do not say who they are would otherwise share as if they were one.
  if (policy.perUser && principal.user === undefined) return "not_cacheable";
  if (directives.noStore) return "no_store";
  if (!directives.read && !directives.write) return "cache_off";
  if (directives.layers !== undefined && !directives.layers.has("exact")) return "layer_off";
  if (policy.stochastic === "skip" && !isDeterministic(call)) return "stochastic";
  return undefined;
}

/** A conversation may have grown since, and a background call answers with a ticket: neither can be told by its key. */
function dependenceReason({ facts, policy }: Pick<Call, "facts" | "policy">): BypassReason | undefined {
  for (const dependency of facts.dependencies) {
    if (dependency === "other_form") return "not_cacheable";
    if (dependency === "conversation" || dependency === "background") return "provider_state";
    if (dependency === "previous_answer" && !policy.previousAnswers) return "provider_state";
    if (dependency === "kept" && !policy.keptAnswers) return "provider_state";
    if (dependency === "provider_tools" && !policy.providerTools) return "provider_tools";
  }
  return undefined;
}

/** Whether the origin's answer to this call may be kept at all; the answer itself is judged by `admission`. */
export function mayStore(call: Call): boolean {
  return call.directives.write && call.directives.ttlMs !== 0 && call.policy.ttlMs > 0 && !isTooStochasticToStore(call);
}
