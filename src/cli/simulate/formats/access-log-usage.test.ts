import { describe, expect, it } from "vitest";
import { accessLogFormat } from "./access-log-format.ts";

function usageOf(usage: object) {
  const record = { v: 1, outcome: "miss", protocol: "anthropic-messages", at: 1_000, status: 200, usage };
  const [call] = accessLogFormat.read(record, { line: 1 } as never) as readonly { readonly answer?: object }[];
  return (call?.answer as { readonly usage?: unknown } | undefined)?.usage;
}

describe("usage in the gateway's own log", () => {
  const counts = { inputTokens: 9, cachedInputTokens: 2, cacheWriteTokens: 3, outputTokens: 1, reasoningTokens: 0 };

  it("tells what is kept for an hour, which has a price of its own", () => {
    expect(usageOf({ ...counts, hourWriteTokens: 2 })).toEqual({ ...counts, hourWriteTokens: 2 });
    expect(usageOf(counts)).toEqual(counts);
  });

  it("is none where the counts that matter most are missing", () => {
    expect(usageOf({ inputTokens: 9 })).toBeUndefined();
  });
});
