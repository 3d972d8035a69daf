/**
 * What providers say of their caches of prompts, as data: it changes often. Sources, read in November 2026:
 *
 * - platform.claude.com/docs "Prompt caching": at most four breakpoints, a look-back of 20 positions, least tokens by model,
 *   writes at 1.25 of the input price for five minutes and at 2 for an hour, reads at 0.1.
 * - developers.openai.com/api/docs/guides/prompt-caching: automatic and free until GPT-5.5, some models for 24 hours if asked
 *   to, at the same price; since GPT-5.6 writes at 1.25, at most four in a call, matched only where a breakpoint stands.
 * - ai.google.dev/gemini-api/docs/caching and .../pricing: implicit caching of prompts from 1,024 or 4,096 tokens on;
 *   `cachedContents` are read at 0.1 (0.25 before Gemini 2.5), and kept for so much an hour. For the first use their
 *   tokens are paid in full.
 * - docs.aws.amazon.com/bedrock, "Prompt caching": cache points in tools, system and messages, at most four of them; of
 *   Claude since 4.5 also for an hour; Nova keeps what stands in system and messages for nothing, and reads it at a quarter.
 */

export interface CacheRules {
  /**
   * `marks`: nothing is kept without a mark, and a mark finds what was kept up to `lookBack` positions before it.
   * `exact-marks`: a mark finds only what was kept at its own place. `automatic`: there is nothing to mark, at most a key.
   * `contents`: besides what is automatic, a prefix is kept for as long as its storage is paid.
   */
  readonly kind: "marks" | "exact-marks" | "automatic" | "contents";
  /** Shorter prefixes are not kept. */
  readonly leastTokens: number;
  readonly mostMarks: number;
  /** Positions that a mark looks back, itself counted. */
  readonly lookBack: number;
  /** What is kept is forgotten when it was not read for so long; `undefined` where that depends on what else is kept. */
  readonly lifetimeMs: number | undefined;
  /** Prices of writing and reading as parts of the price of an input token. */
  readonly write: number;
  readonly read: number;
  /** What may be asked for instead; `undefined` where there is only one lifetime. */
  readonly longer: { readonly lifetimeMs: number; readonly write: number } | undefined;
  /** Price of an hour of storage, as a part of the price of an input token; 0 where nothing is paid for it. */
  readonly storage: number;
  /**
   * Calls a minute that one key is good for: with more of them they spill over to where nothing is kept. `undefined` where
   * there are no keys.
   */
  readonly callsOfKey: number | undefined;
}

interface PublishedRow {
  readonly protocols: readonly string[];
  /** A pattern, or what the name has in it. */
  readonly models: string | RegExp;
  /** And that the name must have in it, too. */
  readonly butOnly?: RegExp;
  readonly rules: CacheRules;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const anthropic: CacheRules = {
  kind: "marks",
  // Of a model that nobody knows yet.
  leastTokens: 4_096,
  mostMarks: 4,
  lookBack: 20,
  lifetimeMs: 5 * minuteMs,
  write: 1.25,
  read: 0.1,
  longer: { lifetimeMs: hourMs, write: 2 },
  storage: 0,
  callsOfKey: undefined,
};

const openAiAutomatic: CacheRules = {
  kind: "automatic",
  leastTokens: 1_024,
  mostMarks: 4,
  lookBack: 0,
  lifetimeMs: 5 * minuteMs,
  write: 1,
  read: 0.5,
  longer: undefined,
  storage: 0,
  callsOfKey: 15,
};

const openAiMarks: CacheRules = {
  ...openAiAutomatic,
  kind: "exact-marks",
  lookBack: 1,
  lifetimeMs: 30 * minuteMs,
  write: 1.25,
  read: 0.1,
  callsOfKey: Number.POSITIVE_INFINITY,
};

const gemini: CacheRules = {
  kind: "contents",
  leastTokens: 4_096,
  mostMarks: 1,
  lookBack: 0,
  lifetimeMs: undefined,
  write: 1,
  read: 0.1,
  longer: undefined,
  storage: 4,
  callsOfKey: undefined,
};

const bedrockNova: CacheRules = { ...anthropic, leastTokens: 1_000, write: 1, read: 0.25, longer: undefined };

const claudeLeast: readonly (readonly [pattern: string, tokens: number])[] = [
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
  ["*", 4_096],
];

/** On Bedrock no model is known to keep less than this. */
const bedrockLeast = 1_024;
/** There the older ones know five minutes only. */
const keepsForAnHour = /(?:opus|sonnet|haiku|fable|mythos)-(?:4-[5-9]|[5-9])(?!\d)/;

const claude = (protocol: string, rules: CacheRules, least = 0): readonly PublishedRow[] =>
  claudeLeast.map(([models, leastTokens]) => {
    return { protocols: [protocol], models, rules: { ...rules, leastTokens: Math.max(least, leastTokens) } };
  });

/** Those that keep for an hour before the others, since the first that fits decides. Other makers have models there, too. */
const bedrockClaude: readonly PublishedRow[] = [
  ...claude("bedrock-converse", anthropic, bedrockLeast).map((row) => {
    return { ...row, butOnly: keepsForAnHour };
  }),
  ...claude("bedrock-converse", { ...anthropic, longer: undefined }, bedrockLeast).map((row) => {
    return row.models === "*" ? { ...row, models: "*claude*" } : row;
  }),
];

/** GPT-5.6 and later: 5.10, 6, 12. */
const paysForWrites = /(?:^|[/:])gpt-(?:5\.(?:[6-9]|[1-9]\d)|[6-9]|[1-9]\d)(?![\d])/i;
/** They take `prompt_cache_retention`. */
const keepsForADay = /(?:^|[/:])gpt-(?:4\.1|5(?:\.[1-5])?)(?![\d.])(?!-(?:mini|nano))/i;

const chats = ["openai-chat", "openai-responses"];

/** The first that fits decides. */
export const publishedRules: readonly PublishedRow[] = [
  ...claude("anthropic-messages", anthropic),
  { protocols: ["bedrock-converse"], models: "*nova*", rules: bedrockNova },
  ...bedrockClaude,
  { protocols: chats, models: paysForWrites, rules: openAiMarks },
  {
    protocols: chats,
    models: keepsForADay,
    rules: { ...openAiAutomatic, longer: { lifetimeMs: 24 * hourMs, write: 1 } },
  },
  { protocols: chats, models: "*", rules: openAiAutomatic },
  { protocols: ["gemini"], models: "gemini-2.0*", rules: { ...gemini, read: 0.25, storage: 10 } },
  { protocols: ["gemini"], models: "*flash-lite*", rules: { ...gemini, leastTokens: 1_024, storage: 10 } },
  { protocols: ["gemini"], models: "*flash*", rules: { ...gemini, leastTokens: 1_024, storage: 3.4 } },
  { protocols: ["gemini"], models: "*", rules: gemini },
];

/** Engines of one's own keep blocks of 16 tokens, and forget what was used longest ago when they are full. */
export const engineRules: CacheRules = {
  ...openAiAutomatic,
  leastTokens: 16,
  lifetimeMs: undefined,
  callsOfKey: undefined,
};
