import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ParsedRequest, Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiResponses } from "./openai-responses.ts";

type Json = Readonly<Record<string, unknown>>;

function parsed(protocol: Protocol, body: Json): ParsedRequest {
  return protocol.parseRequest(Buffer.from(JSON.stringify(body)), "", "");
}

/** The body for the origin; `ends` undefined: without marks. */
function sent(request: ParsedRequest, ends?: readonly number[], key?: string): Json {
  const options = ends === undefined ? {} : { cacheMarks: { ends, key } };
  return JSON.parse(Buffer.from(request.forward({ requestUsage: false, ...options })).toString("utf8")) as Json;
}

function markableEnds(request: ParsedRequest): readonly number[] {
  return (request.markable?.()?.parts ?? []).flatMap(({ takesMark }, index) => (takesMark ? [index] : []));
}

/** Without marks, and with every text that stands for itself as the block that it is short for. */
function asRead(value: unknown, textType: string): unknown {
  const fields = ["cache_control", "prompt_cache_breakpoint", "prompt_cache_options", "prompt_cache_key"];
  return JSON.parse(JSON.stringify(value), (name, member: unknown) => {
    if (fields.includes(name)) return undefined;
    const isShort = (name === "content" || name === "system") && typeof member === "string";
    return isShort ? [{ text: member, type: textType }] : member;
  });
}

const words = fc.constantFrom("", "How?", "The bay is cold.", '"cached"', "Straße 🌊");

const anthropicBlock = fc.oneof(
  words.map((text) => ({ type: "text", text })),
  fc.constant({ type: "thinking", thinking: "Hm.", signature: "s" }),
  words.map((id) => ({ type: "tool_use", id, name: "look", input: { z: 1, a: [id] } })),
  fc.constant({ type: "image", source: { type: "url", url: "https://example.org/a.png" } }),
  fc.constant({ type: "of_tomorrow" }),
);
const anthropicBody = fc.record({
  model: fc.constant("claude-sonnet-4-5"),
  max_tokens: fc.constant(9),
  tools: fc.array(fc.record({ name: words, input_schema: fc.constant({ type: "object", b: 1, a: 2 }) }), {
    maxLength: 3,
  }),
  system: fc.oneof(
    words,
    fc.array(
      words.map((text) => ({ type: "text", text })),
      { maxLength: 3 },
    ),
  ),
  messages: fc.array(
    fc.record({ role: fc.constantFrom("user", "assistant"), content: fc.oneof(words, fc.array(anthropicBlock)) }),
    { minLength: 1, maxLength: 6 },
  ),
});

const chatContent = fc.oneof(words, fc.array(words.map((text) => ({ type: "text", text }))), fc.constant(null));
const chatBody = fc.record({
  model: fc.constant("gpt-5.6"),
  tools: fc.constant([{ type: "function", function: { name: "look", parameters: { type: "object" } } }]),
  messages: fc.array(
    fc.record({ role: fc.constantFrom("system", "user", "assistant", "tool"), content: chatContent }),
    { minLength: 1, maxLength: 6 },
  ),
});
const responsesBody = fc.record({
  model: fc.constant("gpt-5.6"),
  instructions: words,
  input: fc.oneof(
    words,
    fc.array(
      fc.oneof(
        fc.record({ role: fc.constantFrom("developer", "user", "assistant"), content: words }),
        fc.record({
          role: fc.constant("user"),
          content: fc.array(words.map((text) => ({ type: "input_text", text }))),
        }),
        fc.constant({ type: "function_call", call_id: "c", name: "look", arguments: "{}" }),
        fc.constant({ type: "function_call_output", call_id: "c", output: "cold" }),
        fc.constant({ type: "reasoning", id: "r", summary: [] }),
      ),
      { maxLength: 6 },
    ),
  ),
});

describe.each([
  ["messages", anthropicMessages, anthropicBody as fc.Arbitrary<Json>, "text"],
  ["chat", openAiChat, chatBody as fc.Arbitrary<Json>, "text"],
  ["responses", openAiResponses, responsesBody as fc.Arbitrary<Json>, "input_text"],
] as const)("marked requests: %s", (_, protocol, bodies, textType) => {
  it("what the model reads is the same, whatever is marked", () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(20), { maxLength: 4 }), (body, marks) => {
        const request = parsed(protocol, body);
        const ends = markableEnds(request).filter((end) => marks.includes(end));
        expect(asRead(sent(request, ends, "k"), textType)).toEqual(asRead(sent(request), textType));
      }),
      { numRuns: 150 },
    );
  });

  it("each place that takes a mark gets it, and no other", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const request = parsed(protocol, body);
        const ends = markableEnds(request);
        const count =
          JSON.stringify(sent(request, ends)).split(/"cache_control":|"prompt_cache_breakpoint":/).length - 1;
        expect(count).toBe(ends.length);
        const all = (request.markable?.()?.parts ?? []).map((_part, index) => index);
        expect(sent(request, [...all, 999])).toEqual(sent(request, ends.length === 0 && all.length > 0 ? all : ends));
      }),
      { numRuns: 100 },
    );
  });

  it("the key of the request does not know of marks that are put on it", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const request = parsed(protocol, body);
        const before = request.canonical;
        sent(request, markableEnds(request), "k");
        expect(request.canonical).toBe(before);
        expect(sent(request)).toEqual(sent(parsed(protocol, body)));
      }),
      { numRuns: 30 },
    );
  });
});

describe("a message for Anthropic", () => {
  const body = {
    model: "claude-sonnet-4-5",
    max_tokens: 9,
    tools: [{ name: "look" }, { name: "later", defer_loading: true }],
    system: "Be kind.",
    messages: [
      { role: "user", content: "How?" },
      { role: "assistant", content: [{ type: "thinking", thinking: "Hm.", signature: "s" }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "cold" }] },
    ],
  };

  it("is marked where the API takes marks: not on thoughts, nor on tools that are loaded later", () => {
    const { parts = [] } = parsed(anthropicMessages, body).markable?.() ?? {};
    expect(parts.map(({ by, takesMark }) => [by, takesMark])).toEqual([
      ["head", true],
      ["head", false],
      ["head", true],
      ["user", true],
      ["model", false],
      ["tool", true],
    ]);
    const mark = { cache_control: { type: "ephemeral" } };
    expect(sent(parsed(anthropicMessages, body), [0, 2, 3, 5])).toEqual({
      ...body,
      tools: [{ name: "look", ...mark }, body.tools[1]],
      system: [{ type: "text", text: "Be kind.", ...mark }],
      messages: [
        { role: "user", content: [{ type: "text", text: "How?", ...mark }] },
        body.messages[1],
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "cold", ...mark }] },
      ],
    });
  });

  it.each([
    ["at the top", { cache_control: { type: "ephemeral" } }, "user", false],
    ["on a tool", { tools: [{ name: "look", cache_control: { type: "ephemeral" } }] }, "head", false],
    [
      "on a block",
      { system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral", ttl: "1h" } }] },
      "head",
      true,
    ],
  ])("marks of the client %s are its own", (_, marked, by, isMarkedLong) => {
    const { hasOwnMarks, parts = [] } = parsed(anthropicMessages, { ...body, ...marked }).markable?.() ?? {};
    expect(hasOwnMarks).toBe(true);
    const own = parts.filter(({ isMarked }) => isMarked);
    expect(own).toMatchObject([{ isMarkedLong }]);
    if (by === "head") expect(own[0]?.by).toBe(by);
    else expect(own[0]).toBe(parts.at(-1));
  });

  it("of a thread there is nothing to mark", () => {
    expect(parsed(anthropicMessages, { ...body, thread: { id: "t" } }).markable?.()).toBeUndefined();
  });

  it("what changes the cache of messages is part of their prefixes, and not of the tools'", () => {
    const texts = (more: object) =>
      parsed(anthropicMessages, { ...body, ...more })
        .markable?.()
        ?.parts.map(({ text }) => text);
    const [plain, forced] = [texts({}), texts({ tool_choice: { type: "any" } })];
    expect(plain?.slice(0, 3)).toEqual(forced?.slice(0, 3));
    expect(plain?.[3]).not.toBe(forced?.[3]);
  });
});

describe("a request to OpenAI", () => {
  const body = {
    model: "gpt-5.6",
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", content: "How?" },
    ],
  };

  it("is marked in explicit mode, under the key", () => {
    const breakpoint = { prompt_cache_breakpoint: { mode: "explicit" } };
    expect(sent(parsed(openAiChat, body), [1], "k")).toEqual({
      ...body,
      prompt_cache_key: "k",
      prompt_cache_options: { mode: "explicit" },
      messages: [{ role: "system", content: [{ type: "text", text: "Be kind.", ...breakpoint }] }, body.messages[1]],
    });
    expect(sent(parsed(openAiChat, body), [], "k")).toEqual({ ...body, prompt_cache_key: "k" });
  });

  it.each([
    ["prompt_cache_options", { mode: "implicit" }],
    ["prompt_cache_retention", "24h"],
    [
      "messages",
      [{ role: "user", content: [{ type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } }] }],
    ],
  ])("%s of the client are its own marks", (name, value) => {
    expect(parsed(openAiChat, { ...body, [name]: value }).markable?.()?.hasOwnMarks).toBe(true);
  });

  it("messages of the old role `function`, and of the model, stay as they are", () => {
    const messages = [
      { role: "function", name: "look", content: "cold" },
      { role: "assistant", content: "So." },
      { role: "of_tomorrow", content: "Hm." },
    ];
    expect(markableEnds(parsed(openAiChat, { ...body, messages }))).toEqual([]);
  });

  it("a key of the client is its own", () => {
    expect(parsed(openAiChat, { ...body, prompt_cache_key: "mine" }).markable?.()).toMatchObject({
      hasOwnKey: true,
      hasOwnMarks: false,
    });
  });

  it("what goes on with an answer that the provider keeps does not begin in the request", () => {
    const request = { model: "gpt-5.6", input: "And?", previous_response_id: "r" };
    expect(parsed(openAiResponses, request).markable?.()).toBeUndefined();
  });

  it("the output of a tool is marked only where it is given in parts", () => {
    const output = (value: unknown) => ({
      model: "gpt-5.6",
      input: [{ type: "function_call_output", call_id: "c", output: value }],
    });
    expect(markableEnds(parsed(openAiResponses, output("cold")))).toEqual([]);
    expect(markableEnds(parsed(openAiResponses, output([{ type: "input_text", text: "cold" }])))).toEqual([1]);
  });
});

it("Gemini keeps prompts by itself", () => {
  const body = { contents: [{ role: "user", parts: [{ text: "How?" }] }] };
  const request = gemini.parseRequest(Buffer.from(JSON.stringify(body)), "gemini-2.5-flash:generateContent", "");
  expect(request.markable?.()).toBeUndefined();
});
