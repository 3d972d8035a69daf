import { describe, expect, it } from "vitest";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiCompletions } from "./openai-completions.ts";
import { openAiResponses } from "./openai-responses.ts";

const messages = [{ role: "user", content: "Hi" }];
const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
const generate = "/v1beta/models/gemini-2.5-pro:generateContent";

const cases: readonly (readonly [Protocol, string, object, number | undefined])[] = [
  [openAiChat, "/chat/completions", { model: "m", messages, max_tokens: 5 }, 5],
  [openAiChat, "/chat/completions", { model: "m", messages, max_tokens: 5, max_completion_tokens: 7, n: 3 }, 21],
  [openAiChat, "/chat/completions", { model: "m", messages }, undefined],
  [openAiChat, "/chat/completions", { model: "m", messages, max_tokens: -1 }, undefined],
  [openAiCompletions, "/completions", { model: "m", prompt: "Hi", max_tokens: 5, n: 2, best_of: 4 }, 20],
  [openAiResponses, "/responses", { model: "m", input: "Hi", max_output_tokens: 9 }, 9],
  [anthropicMessages, "/v1/messages", { model: "m", messages, max_tokens: 11 }, 11],
  [gemini, generate, { contents, generationConfig: { maxOutputTokens: 13, candidateCount: 2 } }, 26],
  [gemini, generate, { contents, generation_config: { max_output_tokens: 13 } }, 13],
];

describe("how many tokens an answer may have", () => {
  it.each(cases)("is read from the request: %#", (protocol, endpoint, body, most) => {
    const request = protocol.parseRequest(new TextEncoder().encode(JSON.stringify(body)), endpoint);
    expect(request.facts.mostOutputTokens).toBe(most);
  });
});
