import { glob } from "../../../core/glob.ts";

/**
 * What providers say of their caches of prompts, as data: it changes often. Sources, read in November 2026:
 * platform.claude.com/docs "Prompt caching" (at most four breakpoints, a look-back of 20 positions, least tokens by
 * model, writes at 1.25 and reads at 0.1 of the input price) and developers.openai.com/api/docs/guides/prompt-caching
 * (automatic and free until GPT-5.5; since GPT-5.6 writes at 1.25, at most four in a call, matched only where a
 * breakpoint stands). What an upstream reports corrects the least tokens, and options override them.
 */

export interface CacheRules {
  /**
   * `marks`: nothing is kept without a mark, and a mark finds what was kept up to `lookBack` positions before it.
   * `exact-marks`: a mark finds only what was kept at its own place. `automatic`: there is nothing to mark, only a key.
   */
  readonly kind: "marks" | "exact-marks" | "automatic";
  /** Shorter prefixes are not kept. */
  readonly leastTokens: number;
  readonly mostMarks: number;
  /** Positions that a mark looks back, itself counted. */
  readonly lookBack: number;
  /** What is kept is forgotten when it was not read for so long. */
  readonly lifetimeMs: number;
  /** Prices of writing and reading as parts of the price of an input token. */
  readonly write: number;
  readonly read: number;
  /**
   * Calls a minute that one key is good for: with more of them they spill over to where nothing is kept. `undefined` where
   * there are no keys.
   */
  readonly callsOfKey: number | undefined;
}

const anthropic = {
  kind: "marks",
  mostMarks: 4,
  lookBack: 20,
  lifetimeMs: 5 * 60_000,
  write: 1.25,
  read: 0.1,
  callsOfKey: undefined,
} as const;

/** Least tokens by a pattern of the model; the first that fits. */
const anthropicLeast: readonly (readonly [pattern: string, tokens: number])[] = [
  ["*opus-4-8*", 1_024],
  ["*opus-4-7*", 2_048],
  ["*opus-4-6*", 4_096],
  ["*opus-4-5*", 4_096],
  ["*opus-4*", 1_024],
  ["*opus-5*", 512],
  ["*fable-5*", 512],
  ["*mythos-5*", 512],
  ["*mythos*", 2_048],
  ["*sonnet*", 1_024],
  ["*haiku-4-5*", 4_096],
  ["*haiku*", 2_048],
  // Of a model that nobody knows yet.
  ["*", 4_096],
];

const openai = { leastTokens: 1_024, mostMarks: 4 } as const;

const openaiAutomatic: CacheRules = {
  ...openai,
  kind: "automatic",
  callsOfKey: 15,
  lookBack: 0,
  lifetimeMs: 5 * 60_000,
  write: 1,
  read: 0.5,
};

const openaiMarks: CacheRules = {
  ...openai,
  kind: "exact-marks",
  callsOfKey: Number.POSITIVE_INFINITY,
  lookBack: 1,
  lifetimeMs: 30 * 60_000,
  write: 1.25,
  read: 0.1,
};

/** GPT-5.6 and later: 5.10, 6, 12. */
const paysForWrites = /(?:^|[/:])gpt-(?:5\.(?:[6-9]|[1-9]\d)|[6-9]|[1-9]\d)(?![\d])/i;

/** Of calls in `protocol` for `model`; `undefined` where the provider takes neither marks nor a key. `least`: least tokens by pattern. */
export function rulesFor(
  protocol: string,
  model: string,
  least: Readonly<Record<string, number>> = {},
): CacheRules | undefined {
  const rules = published(protocol, model);
  const own = Object.entries(least).find(([pattern]) => glob(pattern)(model))?.[1];
  return rules === undefined || own === undefined ? rules : { ...rules, leastTokens: own };
}

function published(protocol: string, model: string): CacheRules | undefined {
  if (protocol === "anthropic-messages") {
    const [, leastTokens] = anthropicLeast.find(([pattern]) => glob(pattern)(model)) as readonly [string, number];
    return { ...anthropic, leastTokens };
  }
  if (protocol === "openai-chat" || protocol === "openai-responses")
    return paysForWrites.test(model) ? openaiMarks : openaiAutomatic;
  return undefined;
}

/**
 * Ends of the hosts that understand the fields of each protocol's own provider. Nobody else is sent them unless the
 * upstream's option says so: many servers that are compatible refuse fields they do not know.
 */
const genuineHosts: readonly (readonly [protocol: string, host: string])[] = [
  ["anthropic-", "api.anthropic.com"],
  ["openai-", "api.openai.com"],
  ["openai-", ".openai.azure.com"],
];

export function isGenuine(protocol: string, baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { hostname, protocol: scheme } = new URL(baseUrl);
  return (
    scheme === "https:" &&
    genuineHosts.some(
      ([start, host]) =>
        protocol.startsWith(start) && (host.startsWith(".") ? hostname.endsWith(host) : hostname === host),
    )
  );
}
