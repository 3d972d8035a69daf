import type { LimitName } from "../core/limits.ts";

/**
 * What answers say of the limits of their callers, in the fields that SDKs and their users read. Sources: OpenAI's guide
 * "Rate limits", section "Rate limits in headers"; Anthropic's API documentation, "Rate limits", section "Response headers".
 * Gemini has no such fields.
 */

export interface LimitStanding {
  readonly name: LimitName;
  readonly most: bigint;
  /** May be more than there is. */
  readonly used: bigint;
  readonly resetsAt: number;
}

/** Fields in which an upstream tells of the limits of its own account, which is not the caller's. */
const ofAccounts = /^(?:x-ratelimit-|anthropic-ratelimit-|anthropic-priority-)/;

export function tellsOfAccount(name: string): boolean {
  return ofAccounts.test(name);
}

/** Of several limits of one kind the one that has least left is told. `protocol`: its name. */
export function rateLimitFields(
  protocol: string,
  standings: readonly LimitStanding[],
  now: number,
): Record<string, string> {
  const family = protocol.startsWith("openai") ? openAi : protocol.startsWith("anthropic") ? anthropic : undefined;
  if (family === undefined) return {};
  const fields: Record<string, string> = {};
  for (const [kind, names] of Object.entries(kinds)) {
    const [least] = standings
      .filter(({ name }) => names.includes(name))
      .sort((one, other) => (leftOf(one) < leftOf(other) ? -1 : 1));
    if (least !== undefined) Object.assign(fields, family(kind, least, now));
  }
  return fields;
}

/** SDKs of both ask again after most errors, unless they are told that it is of no use. */
export const doNotRetry: Readonly<Record<string, string>> = { "x-should-retry": "false" };

const kinds: Readonly<Record<string, readonly LimitName[]>> = {
  requests: ["requestsPerMinute"],
  tokens: ["tokensPerMinute", "tokensPerDay"],
};

function leftOf({ most, used }: LimitStanding): bigint {
  return used > most ? 0n : most - used;
}

function openAi(kind: string, standing: LimitStanding, now: number): Record<string, string> {
  return {
    [`x-ratelimit-limit-${kind}`]: String(standing.most),
    [`x-ratelimit-remaining-${kind}`]: String(leftOf(standing)),
    [`x-ratelimit-reset-${kind}`]: spanOf(standing.resetsAt - now),
  };
}

function anthropic(kind: string, standing: LimitStanding): Record<string, string> {
  return {
    [`anthropic-ratelimit-${kind}-limit`]: String(standing.most),
    [`anthropic-ratelimit-${kind}-remaining`]: String(leftOf(standing)),
    [`anthropic-ratelimit-${kind}-reset`]: `${new Date(standing.resetsAt).toISOString().slice(0, 19)}Z`,
  };
}

/** As OpenAI writes them: `6m0s`. */
function spanOf(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}
