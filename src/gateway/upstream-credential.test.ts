import { describe, expect, it } from "vitest";
import { upstreamSchema } from "../upstream-options.ts";
import { credentialField } from "./upstream-credential.ts";

const fieldOf = (url: string, options: object = {}) =>
  credentialField(upstreamSchema.parse({ url, ...options }), url, "k-1");

describe("the credential of an upstream", () => {
  it.each([
    ["https://api.openai.com/v1", "openai", "authorization", "Bearer k-1"],
    ["http://127.0.0.1:8000/v1", "openai", "authorization", "Bearer k-1"],
    ["https://api.anthropic.com", "anthropic", "x-api-key", "k-1"],
    ["https://generativelanguage.googleapis.com", "gemini", "x-goog-api-key", "k-1"],
    ["https://aiplatform.googleapis.com/v1", "gemini", "authorization", "Bearer k-1"],
    ["https://europe-west4-aiplatform.googleapis.com/v1", "gemini", "authorization", "Bearer k-1"],
    ["https://mine.openai.azure.com/openai/v1", "openai", "api-key", "k-1"],
    ["https://mine.services.ai.azure.com/anthropic", "anthropic", "api-key", "k-1"],
    ["https://openai.azure.com.example/v1", "openai", "authorization", "Bearer k-1"],
  ])("for %s of %s is sent in %s", (url, protocol, name, value) => {
    expect(fieldOf(url, { protocol })).toEqual([name, value]);
  });

  it("is sent in the field that the configuration names", () => {
    expect(fieldOf("https://proxy.example/v1", { apiKeyField: "api-key" })).toEqual(["api-key", "k-1"]);
    expect(fieldOf("https://api.anthropic.com", { protocol: "anthropic", apiKeyField: "authorization" })).toEqual([
      "authorization",
      "Bearer k-1",
    ]);
  });

  it.each(["", "a b", "a\nb", "ключ", 7])("%j is none", (apiKey) => {
    expect(upstreamSchema.safeParse({ url: "https://api.openai.com/v1", apiKey }).success).toBe(false);
  });
});
