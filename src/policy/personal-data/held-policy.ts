import type { Call } from "../../core/call.ts";
import type { PersonalAction, PersonalData, PersonalKind, PersonalRules } from "../../core/personal-data.ts";
import type { CallPolicy } from "../../core/policy.ts";

/**
 * What follows from personal data. Whatever the rule says of it, what holds some is for the one tenant who asked: it is
 * compared with no other question, shown to no cache in front, published nowhere, and kept in no scope that tenants share.
 */

/** Whether anything is to be looked for. */
export function looksForPersonalData({ personalData }: CallPolicy): boolean {
  if (personalData === undefined) return false;
  for (const _ in personalData) return true;
  return false;
}

/** Whether this may have to be done for some kind. */
export function hasPersonalAction({ personalData = {} }: CallPolicy, action: PersonalAction): boolean {
  return Object.values(personalData).some((actions) => actions.includes(action));
}

/** Whether what holds these kinds is for its user alone. */
export function isForUser({ personalData }: CallPolicy, kinds: readonly PersonalKind[]): boolean {
  return personalDataOf(personalData, kinds)?.actions.has("user-scope") === true;
}

/** `undefined` where none of the kinds means anything to the rules. */
export function personalDataOf(
  rules: PersonalRules | undefined,
  kinds: readonly PersonalKind[],
): PersonalData | undefined {
  const counting = kinds.filter((kind) => rules?.[kind] !== undefined);
  if (counting.length === 0) return undefined;
  const actions = new Set<PersonalAction>(counting.flatMap((kind) => rules?.[kind] ?? []));
  return Object.freeze({ kinds: counting, actions });
}

/** The policy of an answer that holds such data, or whose request does. */
export function heldPolicy(policy: CallPolicy, { actions }: PersonalData): CallPolicy {
  const { share: _, ...own } = policy;
  const { ttlMs, maxTtlMs, personalDataTtlMs = 0 } = policy;
  const short = {
    ttlMs: Math.min(ttlMs, personalDataTtlMs),
    maxTtlMs: Math.min(maxTtlMs, personalDataTtlMs),
    // What is stale is kept as well.
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
  };
  return Object.freeze({
    ...own,
    ...(actions.has("short-ttl") ? short : {}),
    ...(actions.has("first-to-evict") ? { priority: "low" as const } : {}),
    semantic: "off",
    edge: "off",
  });
}

/** The same for a call whose request holds the data: its key is made after it is known, and can be the user's own. */
export function heldCallPolicy(policy: CallPolicy, data: PersonalData): CallPolicy {
  const held = heldPolicy(policy, data);
  return data.actions.has("user-scope") ? Object.freeze({ ...held, perUser: true }) : held;
}

/** Whether nothing may be stored: the rule forbids it, or it would be for more people than the user. */
export function isWithheld({
  personal,
  policy,
  principal,
  sharing,
}: Pick<Call, "personal" | "policy" | "principal" | "sharing">): boolean {
  if (personal === undefined) return false;
  const { actions } = personal;
  if (actions.has("no-store") || sharing !== undefined) return true;
  return actions.has("user-scope") && (!policy.perUser || principal.user === undefined);
}
