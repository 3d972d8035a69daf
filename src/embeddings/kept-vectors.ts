import type { CallPolicy } from "../core/policy.ts";
import type { Trace } from "../core/trace.ts";
import type { NewVector } from "../layers/embedding/embedding-layer.ts";
import { kindsInRequest } from "../policy/personal-data/found-kinds.ts";
import { heldPolicy, personalDataOf } from "../policy/personal-data/held-policy.ts";
import type { Batch, ComputedVectors } from "./embedding-batch.ts";

/**
 * Vectors by how they are kept: a vector of a text that holds personal data tells of it to whoever can compare, so the
 * rules of such data hold for it as for the text. Texts are looked at when their vectors have been computed, so that those
 * which are stored already cost nothing.
 */

export interface KeptVectors {
  /** The batch, with the policy of these. */
  readonly batch: Batch;
  readonly vectors: readonly NewVector[];
}

/** `vectors` with their places among those that were computed. Those that may not be stored are in no group. */
export function byKeeping(
  batch: Batch,
  { textOf }: ComputedVectors,
  vectors: readonly (readonly [place: number, vector: NewVector])[],
  trace: Trace,
): readonly KeptVectors[] {
  const groups = new Map<string, { readonly batch: Batch; readonly vectors: NewVector[] }>();
  for (const [place, vector] of vectors) {
    const personal = personalDataOf(
      batch.policy.personalData,
      textOf === undefined ? [] : kindsInRequest(textOf(place), batch.policy),
    );
    for (const kind of personal?.kinds ?? []) trace({ type: "personal-data", kind });
    const { actions = new Set<string>() } = personal ?? {};
    const isNobodys = actions.has("user-scope") && batch.principal.user === undefined;
    if (actions.has("no-store") || isNobodys) continue;
    const name = [...actions].sort().join(" ");
    const policy: CallPolicy = personal === undefined ? batch.policy : heldPolicy(batch.policy, personal);
    const group = groups.get(name) ?? { batch: personal === undefined ? batch : { ...batch, policy }, vectors: [] };
    group.vectors.push(vector);
    groups.set(name, group);
  }
  return [...groups.values()];
}
