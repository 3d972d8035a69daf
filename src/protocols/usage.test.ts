import { describe, expect, it } from "vitest";
import { parseJson, toPlain } from "../core/canonical-json.ts";
import { openAiUsage, zeroNumbers } from "./usage.ts";

const none = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };

describe("openAiUsage", () => {
  it.each([
    ['{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}', { inputTokens: 7, outputTokens: 3 }],
    ['{"prompt_tokens":7}', { inputTokens: 7 }],
    // As many would leave no room to add anything to them.
    ['{"prompt_tokens":7,"completion_tokens":9007199254740991}', { inputTokens: 7 }],
    [
      '{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":5,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}',
      { inputTokens: 7, outputTokens: 3, cachedInputTokens: 5, cacheWriteTokens: 2, reasoningTokens: 1 },
    ],
    [
      '{"prompt_tokens":7,"completion_tokens":3,"prompt_cache_hit_tokens":4}',
      { inputTokens: 7, outputTokens: 3, cachedInputTokens: 4 },
    ],
    [
      '{"prompt_tokens":7,"completion_tokens":3,"cached_tokens":4}',
      { inputTokens: 7, outputTokens: 3, cachedInputTokens: 4 },
    ],
    ['{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":null}', { inputTokens: 7, outputTokens: 3 }],
    ['{"prompt_tokens":-7,"completion_tokens":3.5}', undefined],
    ['{"prompt_tokens":"7","completion_tokens":1e400}', undefined],
    ["{}", undefined],
    ["null", undefined],
    ["[1]", undefined],
  ])("%s", (json, expected) => {
    expect(openAiUsage(parseJson(json))).toEqual(expected && { ...none, ...expected });
  });
});

describe("zeroNumbers", () => {
  it("sets every number to 0 and leaves the rest", () => {
    const usage = parseJson('{"a":1,"b":{"c":[2.5,12345678901234567890],"d":"5"},"e":null,"f":true}');
    expect(toPlain(zeroNumbers(usage))).toEqual({ a: 0, b: { c: [0, 0], d: "5" }, e: null, f: true });
  });
});
