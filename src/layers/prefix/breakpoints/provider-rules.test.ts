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
