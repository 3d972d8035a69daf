import { describe, expect, it } from "vitest";
import { isGenuine, rulesFor } from "./provider-rules.ts";

describe("rules of providers", () => {
  it.each([
    ["claude-opus-5", 512],
    ["claude-opus-4-8", 1_024],
    ["claude-opus-4-7", 2_048],
    ["claude-opus-4-6", 4_096],
    ["claude-opus-4-5-20251101", 4_096],
    ["claude-opus-4-1", 1_024],
    ["claude-sonnet-4-5", 1_024],
    ["claude-sonnet-5", 1_024],
    ["claude-haiku-4-5", 4_096],
    ["claude-3-5-haiku-latest", 2_048],
    ["claude-of-tomorrow", 4_096],
  ])("%s keeps prompts of at least %i tokens", (model, leastTokens) => {
    expect(rulesFor("anthropic-messages", model)).toMatchObject({ kind: "marks", leastTokens, mostMarks: 4 });
  });

  it.each([
    ["gpt-4o", "automatic"],
    ["gpt-5", "automatic"],
    ["gpt-5.5-pro", "automatic"],
    ["gpt-5.6", "exact-marks"],
    ["gpt-5.6-terra", "exact-marks"],
    ["gpt-5.10", "exact-marks"],
    ["openai/gpt-6.1-sol", "exact-marks"],
    ["gpt-60", "exact-marks"],
    ["o3-mini", "automatic"],
  ])("OpenAI's %s: %s", (model, kind) => {
    for (const protocol of ["openai-chat", "openai-responses"]) expect(rulesFor(protocol, model)?.kind).toBe(kind);
  });

  it.each(["openai-completions", "openai-embeddings"])("%s has none", (protocol) => {
    expect(rulesFor(protocol, "gpt-5.6")).toBeUndefined();
  });

  it.each([
    ["gemini", "gemini-2.5-flash", 1_024, 0.1],
    ["gemini", "gemini-3-pro-preview", 4_096, 0.1],
    ["gemini", "gemini-2.0-flash", 4_096, 0.25],
    ["bedrock-converse", "us.anthropic.claude-opus-5-20260101-v1:0", 1_024, 0.1],
    ["bedrock-converse", "anthropic.claude-haiku-4-5-20251001-v1:0", 4_096, 0.1],
    ["bedrock-converse", "amazon.nova-lite-v1:0", 1_000, 0.25],
  ])("%s keeps of %s prompts of %i tokens, read at %d", (protocol, model, leastTokens, read) => {
    expect(rulesFor(protocol, model)).toMatchObject({ leastTokens, read });
  });

  it("models that others make keep nothing on Bedrock", () => {
    expect(rulesFor("bedrock-converse", "meta.llama3-70b-instruct-v1:0")).toBeUndefined();
  });

  it.each([
    ["anthropic-messages", "claude-sonnet-4-5", 3_600_000, 2],
    ["openai-chat", "gpt-5.1", 86_400_000, 1],
    ["openai-responses", "gpt-4.1-2025-04-14", 86_400_000, 1],
    ["bedrock-converse", "anthropic.claude-sonnet-4-5-20250929-v1:0", 3_600_000, 2],
  ])("%s has a longer lifetime for %s", (protocol, model, lifetimeMs, write) => {
    expect(rulesFor(protocol, model)?.longer).toEqual({ lifetimeMs, write });
  });

  it.each([
    ["openai-chat", "gpt-4o"],
    ["openai-chat", "gpt-5.6"],
    ["openai-chat", "gpt-4.1-mini"],
    ["gemini", "gemini-2.5-pro"],
    ["bedrock-converse", "anthropic.claude-3-5-sonnet-20241022-v2:0"],
    ["bedrock-converse", "anthropic.claude-opus-4-20250514-v1:0"],
  ])("%s has none for %s", (protocol, model) => {
    expect(rulesFor(protocol, model)?.longer).toBeUndefined();
  });

  it("of several of the operator's that fit the first that says something decides on it", () => {
    const own = [
      ["claude-sonnet-*", { leastTokens: 700, write: 1.5 }],
      ["claude-*", { leastTokens: 900, read: 0.2, longLifetimeMs: 1_000, longWrite: 3 }],
      ["*", { read: 0.9, mostMarks: 2 }],
    ] as const;
    expect(rulesFor("anthropic-messages", "claude-sonnet-5", own)).toMatchObject({
      ...{ leastTokens: 700, write: 1.5, read: 0.2, mostMarks: 2, lookBack: 20 },
      longer: { lifetimeMs: 1_000, write: 3 },
    });
    // What a provider has not got cannot be had by saying so.
    expect(rulesFor("openai-chat", "gpt-5.6", [["*", { longLifetimeMs: 9, longWrite: 1 }]])?.longer).toBeUndefined();
  });

  it("the operator's least tokens come first", () => {
    const own = [["claude-haiku-*", { leastTokens: 700 }]] as const;
    expect(rulesFor("anthropic-messages", "claude-haiku-4-5", own)?.leastTokens).toBe(700);
    expect(rulesFor("anthropic-messages", "claude-opus-4-6", own)?.leastTokens).toBe(4_096);
  });
});

describe("the provider's own hosts", () => {
  it.each([
    ["anthropic-messages", "https://api.anthropic.com", true],
    ["openai-chat", "https://api.openai.com/v1", true],
    ["openai-responses", "https://house.openai.azure.com/openai/v1", true],
    ["openai-chat", "https://api.anthropic.com/v1", false],
    ["anthropic-messages", "https://api.openai.com/v1", false],
    ["anthropic-messages", "http://api.anthropic.com", false],
    ["anthropic-messages", "https://api.anthropic.com.example.org", false],
    ["openai-chat", "https://not-api.openai.com/v1", false],
    ["openai-chat", "https://openrouter.ai/api/v1", false],
    ["openai-chat", "no url", false],
  ])("%s at %s: %s", (protocol, url, genuine) => {
    expect(isGenuine(protocol, url)).toBe(genuine);
  });
});
