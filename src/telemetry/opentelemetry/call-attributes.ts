import type { Attributes } from "@opentelemetry/api";
import { keyVersion } from "../../core/fingerprint.ts";
import type { Outcome } from "../../core/outcome.ts";
import type { TraceEvent } from "../../core/trace.ts";

/**
 * What the cache did, as attributes of spans. No convention has names for it, so they stand below `reprise.`; none of them
 * holds anything of what was asked or answered.
 */

type CallEnd = Extract<TraceEvent, { type: "call-end" }>;
type LookupEnd = Extract<TraceEvent, { type: "lookup-end" }>;
type SemanticLook = Extract<TraceEvent, { type: "semantic-look" }>;

export function callAttributes({ outcome, protocol, model }: CallEnd): Attributes {
  const reason = reasonOf(outcome);
  return {
    "reprise.result": outcome.kind,
    "reprise.protocol": protocol,
    "reprise.coalesced": outcome.kind === "coalesced",
    "reprise.key_version": keyVersion,
    ...(model === "" ? {} : { "reprise.model": model.slice(0, 200) }),
    ...(reason === undefined ? {} : { "reprise.reason": reason }),
    ...("layer" in outcome ? { "reprise.layer": outcome.layer, "reprise.entry.age": outcome.ageMs / 1000 } : {}),
    ...("similarity" in outcome ? { "reprise.similarity": outcome.similarity } : {}),
  };
}

function reasonOf(outcome: Outcome): string | undefined {
  if ("reason" in outcome) return outcome.reason;
  if (outcome.kind === "stale") return outcome.why;
  if (outcome.kind === "error") return outcome.code;
  return "stored" in outcome && outcome.stored.state === "refused" ? outcome.stored.reason : undefined;
}

export function lookupAttributes({ layer, result, reason }: LookupEnd): Attributes {
  return {
    "reprise.layer": layer,
    "reprise.result": result,
    ...(reason === undefined ? {} : { "reprise.reason": reason }),
  };
}

export function semanticAttributes({ guard, mode, reason, result, similarity, tier }: SemanticLook): Attributes {
  return {
    "reprise.layer": "semantic",
    "reprise.result": result,
    "reprise.semantic.mode": mode,
    ...(reason === undefined ? {} : { "reprise.reason": reason }),
    ...(tier === undefined ? {} : { "reprise.semantic.tier": tier }),
    ...(similarity === undefined ? {} : { "reprise.similarity": similarity }),
    ...(guard === undefined ? {} : { "reprise.semantic.guard": guard }),
  };
}
