import type { Call } from "../core/call.ts";
import type { LayerName } from "../core/directives.ts";
import type { BypassReason } from "../core/outcome-reasons.ts";
import { isWithheld } from "./personal-data/held-policy.ts";
import { isDeterministic, isTooStochasticToStore } from "./stochastic.ts";

/** Why no answer to this call may be looked up or stored, if so. Server policy comes first, then the caller's wish. */
export function bypassReason(call: Call): BypassReason | undefined {
  const { facts, policy } = call;
  // Without a model in the request, which one answers is the origin's to decide, and to change.
  if (!policy.enabled || facts.model === "") return "not_cacheable";
  if (isWithheld(call)) return "personal_data";
  const dependence = dependenceReason(call);
  if (dependence !== undefined) return dependence;
  const unwanted = unwantedReason(call, "exact");
  if (unwanted !== undefined) return unwanted;
  return policy.stochastic === "skip" && !isDeterministic(call) ? "stochastic" : undefined;
}

/** The same for the vectors of a call; `cacheable`: whether each is of its input alone. */
export function vectorBypassReason(
  call: Wished & { readonly cacheable: boolean; readonly facts: { readonly model: string } },
): BypassReason | undefined {
  if (!call.policy.enabled || call.facts.model === "" || !call.cacheable) return "not_cacheable";
  return unwantedReason(call, "embedding");
}

type Wished = Pick<Call, "directives" | "policy" | "principal">;

function unwantedReason({ directives, policy, principal }: Wished, layer: LayerName): BypassReason | undefined {
  // Where users are kept apart, those who do not say who they are would otherwise share as if they were one.
  if (policy.perUser && principal.user === undefined) return "not_cacheable";
  if (directives.noStore) return "no_store";
  if (!directives.read && !directives.write) return "cache_off";
  return directives.layers?.has(layer) === false ? "layer_off" : undefined;
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
