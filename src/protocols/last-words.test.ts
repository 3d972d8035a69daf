import { describe, expect, it } from "vitest";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiCompletions } from "./openai-completions.ts";
import { openAiResponses } from "./openai-responses.ts";

const geminiEndpoint = "/v1beta/models/gemini-2.5-pro:generateContent";
const parse = (protocol: Protocol, body: object, endpoint = "") =>
  protocol.parseRequest(Buffer.from(JSON.stringify(body)), endpoint);

interface Dialect {
  readonly name: string;
  /** The request whose conversation is `turns`, in which each turn is a role and a text. */
  readonly ask: (turns: readonly (readonly [string, string])[], more?: object) => ReturnType<typeof parse>;
  /** The same with the last text as a part of its own, beside other parts. */
  readonly askInParts: (text: string, others?: readonly object[]) => ReturnType<typeof parse>;
  readonly textPart: (text: string) => object;
  readonly image: object;
  readonly tools: object;
  readonly structured: object;
}

const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
const schema = { type: "object" };
const json = { type: "json_schema", json_schema: { schema }, schema, name: "s" };

const dialects: readonly Dialect[] = [
  {
    name: "chat completions",
    ask: (turns, more) =>
      parse(openAiChat, { model: "m", messages: turns.map(([role, content]) => ({ role, content })), ...more }),
    askInParts: (text, others = []) =>
      parse(openAiChat, { model: "m", messages: [{ role: "user", content: [{ type: "text", text }, ...others] }] }),
    textPart: (text) => ({ type: "text", text }),
    image,
    tools: { tools: [{ type: "function", function: { name: "f", parameters: schema } }] },
    structured: { response_format: json },
  },
  {
    name: "responses",
    ask: (turns, more) =>
      parse(openAiResponses, { model: "m", input: turns.map(([role, content]) => ({ role, content })), ...more }),
    askInParts: (text, others = []) =>
      parse(openAiResponses, {
        model: "m",
        input: [{ role: "user", content: [{ type: "input_text", text }, ...others] }],
      }),
    textPart: (text) => ({ type: "input_text", text }),
    image: { type: "input_image", image_url: "https://example.com/a.png" },
    tools: { tools: [{ type: "function", name: "f", parameters: schema }] },
    structured: { text: { format: json } },
  },
  {
    name: "messages",
    ask: (turns, more) =>
      parse(anthropicMessages, {
        model: "m",
        max_tokens: 9,
        messages: turns.map(([role, content]) => ({ role, content })),
        ...more,
      }),
    askInParts: (text, others = []) =>
      parse(anthropicMessages, {
        model: "m",
        max_tokens: 9,
        messages: [{ role: "user", content: [{ type: "text", text }, ...others] }],
      }),
    textPart: (text) => ({ type: "text", text }),
    image: { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
    tools: { tools: [{ name: "f", input_schema: schema }] },
    structured: { output_config: { format: json } },
  },
  {
    name: "gemini",
    ask: (turns, more) => {
      const contents = turns.map(([role, text]) => ({
        role: role === "assistant" ? "model" : role,
        parts: [{ text }],
      }));
      return parse(gemini, { contents, ...more }, geminiEndpoint);
    },
    askInParts: (text, others = []) => parse(gemini, { contents: { parts: [{ text }, ...others] } }, geminiEndpoint),
    textPart: (text) => ({ text }),
    image: { inlineData: { mimeType: "image/png", data: "AA==" } },
    tools: { tools: [{ functionDeclarations: [{ name: "f" }] }] },
    structured: { generationConfig: { responseMimeType: "application/json" } },
  },
];

describe.each(dialects)("the question of $name", ({ ask, askInParts, textPart, image: picture, tools, structured }) => {
  const before = [
    ["user", "Hello"],
    ["assistant", "Good day"],
  ] as const;

  it("is the last text, and its context everything else", () => {
    const one = ask([...before, ["user", "How?"]]);
    const other = ask([...before, ["user", "Why?"]]);
    expect(one.question()).toMatchObject({ text: "How?", demands: [] });
    expect(other.question()?.text).toBe("Why?");
    expect(one.question()?.context).toBe(other.question()?.context);
    expect(one.question()?.context).not.toContain("How?");
    expect(one.canonical).not.toBe(other.canonical);
  });

  it("has another context where anything else differs", () => {
    const contexts = [
      ask([["user", "How?"]]),
      ask([...before, ["user", "How?"]]),
      ask([
        ["user", "Hello"],
        ["assistant", "Good night"],
        ["user", "How?"],
      ]),
      ask([["user", "How?"]], { temperature: 0.5, generationConfig: { temperature: 0.5 } }),
      ask([["user", "How?"]], tools),
      ask([["user", "How?"]], structured),
      ask([["user", "How?"]], { anything: 1 }),
    ].map((request) => request.question()?.context);
    expect(contexts).not.toContain(undefined);
    expect(new Set(contexts).size).toBe(contexts.length);
  });

  it("tells what demands more than words", () => {
    const demandsOf = (request: ReturnType<typeof parse>) => request.question()?.demands;
    expect(demandsOf(ask([["user", "How?"]], tools))).toEqual(["tools"]);
    expect(demandsOf(ask([["user", "How?"]], structured))).toEqual(["structured"]);
    expect(askInParts("How?", [picture]).question()).toBeUndefined();
  });

  it("may be the only part of a message, and nothing beside another", () => {
    expect(askInParts("How?").question()?.text).toBe("How?");
    expect(askInParts("How?", [textPart("Why?")]).question()).toBeUndefined();
  });

  it("is none where the model spoke last", () => {
    expect(
      ask([
        ["user", "How?"],
        ["assistant", "Thus"],
      ]).question(),
    ).toBeUndefined();
  });

  it("is asked of the deterministic form as well", () => {
    const zero = ask([["user", "How?"]]).deterministic();
    expect(zero?.question()?.text).toBe("How?");
    expect(zero?.question()?.context).not.toBe(ask([["user", "How?"]]).question()?.context);
  });
});

it("an image earlier in the conversation is a demand", () => {
  const messages = [
    { role: "user", content: [{ type: "text", text: "What is this?" }, image] },
    { role: "assistant", content: "A cat" },
    { role: "user", content: "What colour?" },
  ];
  expect(parse(openAiChat, { model: "m", messages }).question()).toMatchObject({
    text: "What colour?",
    demands: ["media"],
  });
});

it("the input of a response may be the question itself", () => {
  const question = parse(openAiResponses, { model: "m", input: "How?" }).question();
  expect(question).toMatchObject({ text: "How?", demands: [] });
  expect(question?.context).toBe(parse(openAiResponses, { model: "m", input: "Why?" }).question()?.context);
});

it("the result of a tool is no question", () => {
  const input = [{ type: "function_call_output", call_id: "c", output: "7" }];
  expect(parse(openAiResponses, { model: "m", input }).question()).toBeUndefined();
  const content = [{ type: "tool_result", tool_use_id: "t", content: "7" }];
  expect(
    parse(anthropicMessages, { model: "m", max_tokens: 9, messages: [{ role: "user", content }] }).question(),
  ).toBeUndefined();
});

it("a prompt to be completed is no question", () => {
  expect(parse(openAiCompletions, { model: "m", prompt: "Once upon a time" }).question()).toBeUndefined();
});

it("the place of a cache mark changes nothing", () => {
  const marked = { type: "text", text: "How?", cache_control: { type: "ephemeral" } };
  const ask = (content: unknown) =>
    parse(anthropicMessages, { model: "m", max_tokens: 9, messages: [{ role: "user", content }] });
  const { cache_control: _, ...plain } = marked;
  expect(ask([marked]).question()?.context).toBe(ask([plain]).question()?.context);
});
