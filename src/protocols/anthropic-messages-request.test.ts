import { describe, expect, it } from "vitest";
import { parseMessagesRequest, unkeyedFields } from "./anthropic-messages-request.ts";
import { bytes, text } from "./anthropic-messages-samples.ts";

const parse = (body: unknown) => parseMessagesRequest(bytes(JSON.stringify(body)));
const hello = { model: "claude-sonnet-4-6", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] };
const mark = { cache_control: { type: "ephemeral", ttl: "1h" } };
const keyOf = (more: object) => parse({ ...hello, ...more }).canonical;

describe("the key", () => {
  it("leaves out the model and the fields of the list, each of which has a reason", () => {
    expect(keyOf({ model: "m", ...Object.fromEntries(Object.keys(unkeyedFields).map((name) => [name, null])) })).toBe(
      '{"max_tokens":9,"messages":[{"content":"Hello","role":"user"}]}',
    );
    for (const reason of Object.values(unkeyedFields)) expect(reason.length).toBeGreaterThan(10);
    expect(Object.keys(unkeyedFields)).toHaveLength(4);
  });

  it.each([
    ...["max_tokens", "system", "temperature", "top_p", "top_k", "stop_sequences", "tools", "tool_choice", "thinking"],
    ...["inference_geo", "speed", "container", "context_management", "output_config", "betas", "anything", "__proto__"],
  ])("%s counts", (name) => {
    const withField = (value: string) => {
      const { max_tokens: _, ...rest } = hello;
      return parseMessagesRequest(bytes(JSON.stringify(rest).replace("{", `{${JSON.stringify(name)}:${value},`)));
    };
    const { max_tokens: _, ...rest } = hello;
    const valid = name === "temperature" ? "0.5" : '"x"';
    const keys = ["null", valid].map((value) => withField(value).canonical);
    expect(new Set([parse(rest).canonical, ...keys]).size).toBe(3);
  });

  it.each<[string, (given: object) => object]>([
    ["on a tool", (given) => ({ tools: [{ name: "f", input_schema: {}, ...given }] })],
    ["on a block of system", (given) => ({ system: [{ type: "text", text: "a", ...given }] })],
    [
      "on a block of a message",
      (given) => ({ messages: [{ role: "user", content: [{ type: "text", text: "a", ...given }] }] }),
    ],
    [
      "within a tool result",
      (given) => {
        const content = [{ type: "text", text: "a", ...given }];
        return { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content }] }] };
      },
    ],
    [
      "within a document",
      (given) => {
        const source = { type: "content", content: [{ type: "text", text: "a", ...given }] };
        return { messages: [{ role: "user", content: [{ type: "document", source }] }] };
      },
    ],
  ])("a mark %s does not count, and is forwarded", (_, place) => {
    expect(keyOf(place(mark))).toBe(keyOf(place({})));
    expect(keyOf(place({ other: 1 }))).not.toBe(keyOf(place({})));
    expect(JSON.parse(text(parse({ ...hello, ...place(mark) }).forward()))).toEqual({ ...hello, ...place(mark) });
  });

  it.each<[string, (given: object) => object]>([
    ["the schema of a tool", (given) => ({ tools: [{ name: "f", input_schema: { properties: given } }] })],
    [
      "the input of a call",
      (given) => ({ messages: [{ role: "assistant", content: [{ type: "tool_use", input: given }] }] }),
    ],
    ["a field of its own", (given) => ({ anything: given })],
  ])("a field of that name in %s counts", (_, place) => expect(keyOf(place(mark))).not.toBe(keyOf(place({}))));

  it("keeps the order of keys where it may reach the model, and only there", () => {
    const schema = (properties: object) => keyOf({ tools: [{ name: "f", input_schema: { properties } }] });
    expect(schema({ a: 1, b: 2 })).not.toBe(schema({ b: 2, a: 1 }));
    expect(keyOf({ system: [{ type: "text", text: "a" }] })).toBe(keyOf({ system: [{ text: "a", type: "text" }] }));
  });
});

describe("facts", () => {
  it("names the user, and says that usage is always there", () => {
    const { facts } = parse({ ...hello, stream: true, temperature: 0, metadata: { user_id: "u" } });
    expect(facts).toEqual({
      model: "claude-sonnet-4-6",
      stream: true,
      includeUsage: true,
      temperature: 0,
      mostOutputTokens: 9,
      user: "u",
      dependencies: [],
    });
  });

  it.each([
    ["custom", []],
    ["bash_20250124", []],
    ["text_editor_20250728", []],
    ["memory_20250818", []],
    ["computer_20251124", []],
    ["computer_toolset_20260801", []],
    ["tool_search_tool_bm25_20251119", []],
    [null, []],
    ["web_search_20250305", ["provider_tools"]],
    ["web_fetch_20260318", ["provider_tools"]],
    ["code_execution_20250825", ["provider_tools"]],
    ["mcp_toolset", ["provider_tools"]],
    ["customised", ["provider_tools"]],
    [7, ["provider_tools"]],
  ])("a tool of type %s: %j", (type, dependencies) => {
    expect(parse({ ...hello, tools: [{ type, name: "x" }] }).facts.dependencies).toEqual(dependencies);
  });

  it.each([
    ["messages", { messages: [] }],
    ["messages", { messages: "Hello" }],
    ["model", { model: 7 }],
    ["stream", { stream: "yes" }],
    ["temperature", { temperature: "hot" }],
  ])("%s is refused where it makes no sense: %j", (param, more) => {
    expect(() => parse({ ...hello, ...more })).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it("expects tools by name, sets of tools by theirs, and structured output in both spellings", () => {
    const schema = { type: "object" };
    const tools = [
      { name: "f", input_schema: schema },
      { type: "bash_20250124", name: "bash" },
      { type: "browser_toolset_20260801" },
    ];
    const { expectations } = parse({ ...hello, tools, output_config: { format: { type: "json_schema", schema } } });
    expect([...expectations.tools.keys()]).toEqual(["f", "bash", "browser"]);
    expect(expectations).toMatchObject({ json: "any", schema: new Map([["type", "object"]]) });
    expect(parse({ ...hello, output_format: { type: "json_schema", schema } }).expectations.json).toBe("any");
    expect(parse(hello).expectations).toEqual({ json: false, schema: undefined, tools: new Map() });
  });
});

describe("deterministic", () => {
  it.each([
    "claude-sonnet-4-6",
    "claude-3-5-haiku-latest",
    "claude-opus-4-20250514",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "local",
  ])("%s takes temperature 0", (model) => {
    const zero = parse({ ...hello, model }).deterministic();
    expect(zero?.facts.temperature).toBe(0);
    expect(JSON.parse(text(zero?.forward() ?? bytes("{}")))).toEqual({ ...hello, model, temperature: 0 });
  });

  it.each([
    { model: "claude-opus-4-7" },
    { model: "claude-sonnet-5" },
    { model: "claude-haiku-5-5" },
    { thinking: { type: "enabled", budget_tokens: 1024 } },
    { top_p: 0.5 },
  ])("%j does not", (more) => expect(parse({ ...hello, ...more }).deterministic()).toBeUndefined());
});
