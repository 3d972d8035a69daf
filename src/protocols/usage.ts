import { JsonNumber, type JsonObject, type JsonValue } from "../core/canonical-json.ts";
import type { Usage } from "../core/recording.ts";

/** Brings the token counts of providers to the one form of `core/recording.ts`. */

/**
 * The `usage` of OpenAI's chat and completion APIs and of servers compatible with them. Cached tokens are where
 * OpenAI puts them (`prompt_tokens_details.cached_tokens`), else where DeepSeek (`prompt_cache_hit_tokens`) or
 * Moonshot (`cached_tokens`) do; cache writes are OpenRouter's `prompt_tokens_details.cache_write_tokens`.
 * `undefined` when there is no count of tokens at all.
 */
export function openAiUsage(value: JsonValue | undefined): Usage | undefined {
  if (!(value instanceof Map)) return undefined;
  const usage: JsonObject = value;
  const input = count(usage, "prompt_tokens");
  const output = count(usage, "completion_tokens");
  if (input === undefined && output === undefined) return undefined;
  const prompt = usage.get("prompt_tokens_details");
  const completion = usage.get("completion_tokens_details");
  return {
    inputTokens: input ?? 0,
    cachedInputTokens:
      count(prompt, "cached_tokens") ?? count(usage, "prompt_cache_hit_tokens") ?? count(usage, "cached_tokens") ?? 0,
    cacheWriteTokens: count(prompt, "cache_write_tokens") ?? 0,
    outputTokens: output ?? 0,
    reasoningTokens: count(completion, "reasoning_tokens") ?? 0,
  };
}

/**
 * The `usage` of OpenAI's Responses API. `input_tokens` includes `input_tokens_details.cached_tokens`; the tokens that
 * were written to the provider's prompt cache (`cache_write_tokens`) are part of it, too.
 */
export function responsesUsage(value: JsonValue | undefined): Usage | undefined {
  const input = count(value, "input_tokens");
  const output = count(value, "output_tokens");
  if (!(value instanceof Map) || (input === undefined && output === undefined)) return undefined;
  const usage: JsonObject = value;
  const details = usage.get("input_tokens_details");
  return {
    inputTokens: input ?? 0,
    cachedInputTokens: count(details, "cached_tokens") ?? 0,
    cacheWriteTokens: count(details, "cache_write_tokens") ?? 0,
    outputTokens: output ?? 0,
    reasoningTokens: count(usage.get("output_tokens_details"), "reasoning_tokens") ?? 0,
  };
}

export function count(within: JsonValue | undefined, name: string): number | undefined {
  const value = within instanceof Map ? (within as JsonObject).get(name) : undefined;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= mostTokens
    ? value
    : undefined;
}

/** Of one answer, by far: sums of what is told stay exact. */
const mostTokens = 1e12;

/** The same value with every number within it 0: counts of tokens, and what some servers add to them, such as cost. */
export function zeroNumbers(value: JsonValue): JsonValue {
  if (typeof value === "number" || value instanceof JsonNumber) return 0;
  if (Array.isArray(value)) return value.map(zeroNumbers);
  if (value instanceof Map)
    return new Map([...(value as JsonObject)].map(([key, member]) => [key, zeroNumbers(member)]));
  return value;
}
