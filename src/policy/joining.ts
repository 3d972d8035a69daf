import type { Call } from "../core/call.ts";

/** As much of a call as says how its answer is kept. */
type Keeping = Pick<Call, "directives" | "policy">;

/**
 * Whether the answer that another call is waiting for will do for this one as well. The calls have the same key, so the
 * answer is the same; how it is kept is that of the call that began.
 */
export function mayShareAnswer(call: Keeping, begun: Keeping): boolean {
  // Where one of them stores nothing, how the answer is kept breaks no wish of the other.
  if (!call.directives.write || !begun.directives.write) return true;
  const { tags, ttlMs } = call.directives;
  if (ttlMs !== undefined && ttlOf(begun) > ttlOf(call)) return false;
  // A tag that the entry does not carry could not take the answer back.
  return tags.every((tag) => begun.directives.tags.includes(tag));
}

function ttlOf({ directives, policy }: Keeping): number {
  return Math.min(directives.ttlMs ?? policy.ttlMs, policy.maxTtlMs);
}
