import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { setUp, until } from "./cache-harness.ts";

/** What a provider says in the header of an answer is for the one whose call it was: request ids, rate limits. */

const messages = [{ role: "user", content: "Where?" }];
const calls: Readonly<Record<string, readonly [path: string, body: object, own: readonly string[]]>> = {
  "OpenAI chat": [
    "/v1/chat/completions",
    { model: "gpt-5-mini", messages },
    ["x-request-id", "openai-version", "openai-processing-ms", "x-ratelimit-remaining-requests"],
  ],
  "OpenAI responses": [
    "/v1/responses",
    { model: "gpt-5-mini", input: "Where?" },
    ["x-request-id", "x-ratelimit-remaining-tokens"],
  ],
  "Anthropic messages": [
    "/v1/messages",
    { model: "claude-sonnet-4-5", max_tokens: 64, messages },
    ["request-id", "anthropic-organization-id", "anthropic-ratelimit-requests-remaining"],
  ],
  Gemini: [
    "/v1beta/models/gemini-2.5-flash:generateContent",
    { contents: [{ role: "user", parts: [{ text: "Where?" }] }] },
    ["server-timing"],
  ],
};

describe.each(Object.entries(calls))("%s", (_, [path, body, own]) => {
  it("tells the caller who asked, nobody who joined, and nobody later", async () => {
    const { cache, origin, eventsOf } = await setUp();
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const ask = async () => {
      const response = await cache.fetch(`${new URL(origin.url).origin}${path}`, {
        method: "POST",
        headers: { authorization: "Bearer one", "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      const { headers } = response;
      return { outcome: headers.get("x-ai-cache-status"), told: own.filter((name) => headers.has(name)) };
    };
    const asked = ask();
    await gate.reached();
    const joined = ask();
    await until(() => eventsOf("flight-join").length === 1);
    gate.release();
    expect(await asked).toEqual({ outcome: "MISS", told: own });
    expect(await joined).toEqual({ outcome: "COALESCED", told: [] });
    expect(await ask()).toEqual({ outcome: "HIT", told: [] });
  });
});
