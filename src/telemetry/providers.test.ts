import { expect, it } from "vitest";
import { providerOf } from "./providers.ts";

it.each([
  ["openai-chat", "https://api.openai.com/v1", "openai"],
  ["openai-chat", "https://house.openai.azure.com/openai/v1", "azure.ai.openai"],
  ["openai-chat", "https://api.groq.com/openai/v1", "groq"],
  ["openai-chat", "https://api.x.ai/v1", "x_ai"],
  ["anthropic-messages", "https://api.anthropic.com", "anthropic"],
  ["anthropic-messages", "https://api.deepseek.com/anthropic", "deepseek"],
  ["gemini", "https://generativelanguage.googleapis.com", "gcp.gemini"],
  ["gemini", "https://europe-west1-aiplatform.googleapis.com", "gcp.vertex_ai"],
])("%s at %s is from %s", (protocol, originId, provider) => expect(providerOf(protocol, originId)).toBe(provider));

it("names the protocol's own provider where the host is nobody's", () => {
  expect(providerOf("openai-chat", "http://127.0.0.1:9000/v1")).toBe("openai");
  expect(providerOf("anthropic-messages", "http://engine.internal")).toBe("anthropic");
  expect(providerOf("gemini-embeddings", "")).toBe("gcp.gemini");
  expect(providerOf("value", "")).toBe("none");
});

it("is not deceived by a host that only looks like a provider's", () => {
  expect(providerOf("anthropic-messages", "https://notopenai.com/v1")).toBe("anthropic");
  expect(providerOf("anthropic-messages", "https://openai.com.evil.test/v1")).toBe("anthropic");
});
