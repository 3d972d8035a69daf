import { isGenuine, type RulesByModel, rulesFor } from "../breakpoints/provider-rules.ts";
import { type CacheRules, engineRules } from "../breakpoints/published-rules.ts";

/** What the lint has to know of the cache behind an origin. */
export interface LintRules {
  /** Shorter prefixes are not kept. */
  readonly leastTokens: number;
  /** What is kept is forgotten when it was not read for so long; `undefined` where that depends on what else is kept. */
  readonly lifetimeMs: number | undefined;
  /** `undefined`: nothing has to be marked. Else positions that a mark looks back, itself counted. */
  readonly lookBack: number | undefined;
}

export function lintRulesFor(protocol: string, model: string, originId: string, own: RulesByModel = []): LintRules {
  const isOwn =
    originId !== "" && !isGenuine(protocol, originId) && /^https?:\/\/(?:localhost|[\d.]+|\[)/.test(originId);
  const rules: CacheRules =
    (isOwn && protocol !== "gemini" ? undefined : rulesFor(protocol, model, own)) ?? engineRules;
  const { kind, leastTokens, lifetimeMs, lookBack } = rules;
  return { leastTokens, lifetimeMs, lookBack: kind === "marks" || kind === "exact-marks" ? lookBack : undefined };
}
