import { describe, expect, it } from "vitest";
import { type LimitStanding, rateLimitFields, tellsOfAccount } from "./rate-limit-fields.ts";

const now = Date.UTC(2026, 4, 20, 12, 0, 20);
const minute = now + 40_000;
const standings: readonly LimitStanding[] = [
  { name: "requestsPerMinute", most: 10n, used: 3n, resetsAt: minute },
  { name: "requestsPerMinute", most: 50n, used: 48n, resetsAt: minute },
  { name: "tokensPerMinute", most: 1_000n, used: 10n, resetsAt: minute },
  { name: "tokensPerDay", most: 100n, used: 130n, resetsAt: Date.UTC(2026, 4, 21) },
  { name: "usdPerDay", most: 100n, used: 1n, resetsAt: Date.UTC(2026, 4, 21) },
];

describe("rateLimitFields", () => {
  it("are those of OpenAI for its protocols, of the limit that has least left", () => {
    expect(rateLimitFields("openai-chat", standings, now)).toEqual({
      "x-ratelimit-limit-requests": "50",
      "x-ratelimit-remaining-requests": "2",
      "x-ratelimit-reset-requests": "40s",
      "x-ratelimit-limit-tokens": "100",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "11h59m40s",
    });
  });

  it("are those of Anthropic for its protocol", () => {
    expect(rateLimitFields("anthropic-messages", standings.slice(0, 1), now)).toEqual({
      "anthropic-ratelimit-requests-limit": "10",
      "anthropic-ratelimit-requests-remaining": "7",
      "anthropic-ratelimit-requests-reset": "2026-05-20T12:01:00Z",
    });
  });

  it("are none where there is nothing to say, or nobody who reads it", () => {
    expect(rateLimitFields("openai-chat", standings.slice(4), now)).toEqual({});
    expect(rateLimitFields("gemini", standings, now)).toEqual({});
  });

  it("of an upstream tell of its own account", () => {
    const names = ["x-ratelimit-limit-requests", "anthropic-ratelimit-tokens-reset", "retry-after", "x-request-id"];
    expect(names.filter(tellsOfAccount)).toEqual(names.slice(0, 2));
  });
});
