import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { Usage } from "../core/recording.ts";
import { isObject } from "./json-fields.ts";
import { count, zeroNumbers } from "./usage.ts";

/**
 * `usageMetadata` in the one form of all providers. `promptTokenCount` includes the cached tokens, but not the results of
 * tools that the provider ran, which are read as well; `candidatesTokenCount` does not include what was thought. The two
 * sums therefore make up `totalTokenCount`. Writing to the provider's cache is not counted here. `undefined` when there
 * is no count of tokens: the first chunks of a stream may only name the kind of traffic.
 * Source: the API reference, "UsageMetadata".
 */
export function geminiUsage(value: JsonValue | undefined): Usage | undefined {
  const prompt = count(value, "promptTokenCount");
  const candidates = count(value, "candidatesTokenCount");
  if (prompt === undefined && candidates === undefined && count(value, "totalTokenCount") === undefined)
    return undefined;
  const thoughts = count(value, "thoughtsTokenCount") ?? 0;
  return {
    inputTokens: (prompt ?? 0) + (count(value, "toolUsePromptTokenCount") ?? 0),
    cachedInputTokens: count(value, "cachedContentTokenCount") ?? 0,
    cacheWriteTokens: 0,
    outputTokens: (candidates ?? 0) + thoughts,
    reasoningTokens: thoughts,
  };
}

/** The response, or chunk, with all its token counts 0. */
export function withZeroUsage(response: JsonObject): JsonObject {
  const usage = response.get("usageMetadata");
  return isObject(usage) ? new Map(response).set("usageMetadata", zeroNumbers(usage)) : response;
}
