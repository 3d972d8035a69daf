import type { Usage } from "../../../core/recording.ts";
import type { LintRules } from "./lint-rules.ts";
import type { SeenSection } from "./seen-section.ts";

/**
 * Why a prefix that did not change was computed anew all the same. Where the answer tells how many tokens came from the
 * cache, that decides whether anything was lost at all; else only what time tells is told.
 */

export type LapseCause =
  /** The provider had forgotten it by then. */
  | "lapsed"
  /** It is shorter than what the provider keeps. */
  | "below-minimum"
  /** More positions than a mark looks back lie between this call and the one before it. */
  | "look-back"
  /** The provider keeps only what is marked, and nothing was. */
  | "unmarked"
  /** It should have been there: calls went to another machine, or others took its place. */
  | "elsewhere";

export interface ReusedPrefix {
  /** Tokens that an earlier call had in common with this one. */
  readonly tokens: number;
  /** Since that call. */
  readonly idleMs: number | undefined;
  /** That call had no answer yet. */
  readonly isConcurrent: boolean;
  /** What this call has behind them. */
  readonly rest: readonly SeenSection[];
  /** `undefined` where nothing was told, or where this provider never told of any. */
  readonly usage: Usage | undefined;
  readonly tellsCached: boolean;
}

/** Of what is expected, the part that must be missing. */
const leastMissing = 0.5;
/** Of the least that is kept, a part that a few examples more would make whole. */
const worthLonger = 0.5;

export function lapseOf(prefix: ReusedPrefix, rules: LintRules): LapseCause | undefined {
  const { tokens, idleMs, usage, tellsCached, isConcurrent } = prefix;
  const { leastTokens, lifetimeMs, lookBack } = rules;
  const cached = usage?.cachedInputTokens ?? 0;
  if (isConcurrent || (cached > 0 && cached >= (1 - leastMissing) * tokens)) return undefined;
  if (tokens < leastTokens)
    return usage !== undefined && tokens >= worthLonger * leastTokens ? "below-minimum" : undefined;
  if (lifetimeMs !== undefined && idleMs !== undefined && idleMs > lifetimeMs) return "lapsed";
  if (usage === undefined) return undefined;
  if (lookBack !== undefined && cached === 0 && usage.cacheWriteTokens === 0) return "unmarked";
  if (!tellsCached) return undefined;
  if (lookBack !== undefined && lookBack > 1 && positionsIn(prefix.rest) >= lookBack) return "look-back";
  return "elsewhere";
}

const block = /"type":"(?:text|image|document|tool_use|tool_result|thinking|redacted_thinking)"/g;

/** Blocks of content, each of which is a position. */
function positionsIn(sections: readonly SeenSection[]): number {
  return sections.reduce((sum, { text }) => sum + Math.max(1, text.match(block)?.length ?? 0), 0);
}
