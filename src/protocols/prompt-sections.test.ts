import { describe, expect, it } from "vitest";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiCompletions } from "./openai-completions.ts";
import { openAiResponses } from "./openai-responses.ts";

const user = { role: "user", content: "Hi" };
const tools = [{ name: "a" }, { name: "b" }];

const cases: readonly (readonly [Protocol, string, object, readonly string[]])[] = [
  [
    openAiChat,
    "",
    { messages: [{ role: "system", content: "Be brief." }, user], tools },
    ["tools[0]", "tools[1]", "messages[0]", "messages[1]"],
  ],
  [
    openAiResponses,
    "",
    { input: "Hi", instructions: "Be brief.", tools, text: {} },
    ["tools[0]", "tools[1]", "instructions", "input"],
  ],
  [openAiCompletions, "", { prompt: "Hi" }, ["prompt"]],
  [
    anthropicMessages,
    "",
    { max_tokens: 9, messages: [user], system: [{ type: "text", text: "Be brief." }], tools },
    ["tools[0]", "tools[1]", "system[0]", "messages[0]"],
  ],
  [
    gemini,
    "/v1beta/models/m:generateContent",
    { contents: [{ parts: [{ text: "Hi" }] }], system_instruction: { parts: [] }, tools },
    ["tools[0]", "tools[1]", "system_instruction", "contents[0]"],
  ],
];

describe("what the model reads of a request", () => {
  it.each(cases)("of $name, in its order, each part by its place", (protocol, endpoint, body, places) => {
    const read = (request: object) =>
      protocol.parseRequest(Buffer.from(JSON.stringify({ model: "m", ...request })), endpoint).prompt();
    const sections = read(body);
    expect(sections.map(({ place }) => place)).toEqual(places);
    // The order of members and what steers the answer change nothing.
    const turned = Object.fromEntries(Object.entries(body).reverse());
    expect(read({ temperature: 1, ...turned })).toEqual(sections);
  });

  it("keeps the order of keys where the model may see it", () => {
    const read = (parameters: object) =>
      openAiChat
        .parseRequest(
          Buffer.from(
            JSON.stringify({ model: "m", messages: [user], tools: [{ type: "function", function: { parameters } }] }),
          ),
          "",
        )
        .prompt()[0]?.text;
    expect(read({ b: 1, a: 2 })).toBe('{"type":"function","function":{"parameters":{"b":1,"a":2}}}');
    expect(read({ a: 2, b: 1 })).not.toBe(read({ b: 1, a: 2 }));
  });
});
