import { isGenuine, rulesFor } from "../breakpoints/provider-rules.ts";

/** What the lint has to know of the cache behind an origin. */
export interface LintRules {
  /** Shorter prefixes are not kept. */
  readonly leastTokens: number;
  /** What is kept is forgotten when it was not read for so long; `undefined` where that depends on what else is kept. */
  readonly lifetimeMs: number | undefined;
  /** `undefined`: nothing has to be marked. Else positions that a mark looks back, itself counted. */
  readonly lookBack: number | undefined;
}

/** Engines of one's own keep blocks of 16 tokens, and forget what was used longest ago when they are full. */
const engine: LintRules = { leastTokens: 16, lifetimeMs: undefined, lookBack: undefined };
/** Implicit caching; https://ai.google.dev/gemini-api/docs/caching names no lifetime. */
const geminiLeast = { flash: 1_024, other: 4_096 };

export function lintRulesFor(protocol: string, model: string, originId: string): LintRules {
  if (protocol === "gemini") {
    const leastTokens = /flash/i.test(model) ? geminiLeast.flash : geminiLeast.other;
    return { ...engine, leastTokens };
  }
  const rules = rulesFor(protocol, model);
  const isOwn =
    originId !== "" && !isGenuine(protocol, originId) && /^https?:\/\/(?:localhost|[\d.]+|\[)/.test(originId);
  if (rules === undefined || isOwn) return engine;
  const { kind, leastTokens, lifetimeMs, lookBack } = rules;
  return { leastTokens, lifetimeMs, lookBack: kind === "automatic" ? undefined : lookBack };
}
