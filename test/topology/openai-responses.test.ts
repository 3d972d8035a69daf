import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { canaryOf, isWhole } from "../../src/testing/scripted-text.ts";
import { until } from "./cache-harness.ts";
import { eventsOf, forms, question, setUpResponses, sql, stream, weather } from "./responses-harness.ts";

/** OpenAI responses through a library cache: forms, hits, the provider's state, tenants, followers. */

const cases: Readonly<Record<string, readonly [object, PlannedReply]>> = {
  text: [{}, {}],
  "items as input": [{ input: [{ role: "user", content: [{ type: "input_text", text: "Where?" }] }] }, {}],
  "reasoning and text": [{ reasoning: { effort: "low", summary: "auto" } }, { reasoning: "Let me see… 🤔 yes." }],
  "reasoning that only the provider can read": [
    { include: ["reasoning.encrypted_content"], store: false },
    { reasoning: "hm" },
  ],
  "parallel function calls": [
    { tools: [weather], parallel_tool_calls: true },
    {
      content: "Both.",
      toolCalls: [
        { name: "weather", arguments: '{"city": "Πειραιάς \\"old\\""}' },
        { name: "weather", arguments: "{}" },
      ],
    },
  ],
  "a custom tool beside a function": [
    { tools: [weather, sql] },
    {
      reasoning: "hm",
      toolCalls: [
        { name: "sql", arguments: "select '{' \n-- 🌊", custom: true },
        { name: "weather", arguments: "{}" },
      ],
    },
  ],
  "cached tokens": [{}, { usage: { input_tokens_details: { cached_tokens: 9 } } }],
};
describe.each(Object.entries(cases))("%s", (_, [body, plan]) => {
  it.each(forms)("filled as %s is read in every form, of one call", async (_name, filledBy) => {
    const { origin, responses } = await setUpResponses();
    origin.plan(plan);
    const filled = await responses({ ...body, ...filledBy });
    expect(filled).toMatchObject({ status: 200, outcome: "MISS", error: undefined });
    for (const [, readBy] of forms) {
      const hit = await responses({ ...body, ...readBy });
      expect(hit.outcome).toBe("HIT");
      expect(hit.response).toEqual(filled.response);
      expect(hit.headers.get("content-type")).toMatch(readBy === stream ? /^text\/event-stream/ : /^application\/json/);
    }
    expect(origin.callCount).toBe(1);
  });
});

describe("a hit", () => {
  it("is byte for byte what the origin sent, and numbers its events from 0 when made from JSON", async () => {
    const { responses } = await setUpResponses();
    const filled = await responses(stream);
    expect((await responses(stream)).raw).toBe(filled.raw);
    expect(isWhole(filled.text)).toBe(true);
    await responses({ input: "And then?" });
    const numbers = eventsOf((await responses({ input: "And then?", ...stream })).raw).map(
      (one) => one.sequence_number,
    );
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect(numbers.length).toBeGreaterThan(8);
  });

  it("has the reasoning that only the provider can read, so that the next call can send it back", async () => {
    const { origin, responses } = await setUpResponses();
    origin.plan({ reasoning: "hm" });
    const include = ["reasoning.encrypted_content"];
    const filled = await responses({ include, ...stream });
    const sealed = filled.response.output[0]?.encrypted_content;
    expect(sealed).toMatch(/^[A-Za-z0-9+/=]{16,}$/);
    expect((await responses({ include })).response.output[0]?.encrypted_content).toBe(sealed);
    expect((await responses({})).outcome).toBe("MISS");
    const next = [{ role: "user", content: "Where?" }, ...filled.response.output, { role: "user", content: "Why?" }];
    expect((await responses({ include, input: next })).outcome).toBe("MISS");
    expect(origin.calls.at(-1)?.json).toMatchObject({ input: next });
    expect((await responses({ include, input: next, ...stream })).outcome).toBe("HIT");
  });

  it("reports no tokens where the policy says so", async () => {
    const { responses } = await setUpResponses({ policy: { hitUsage: "zero" } });
    expect((await responses()).response.usage["output_tokens"]).toBeGreaterThan(1);
    for (const form of [{}, stream])
      expect((await responses(form)).response.usage).toMatchObject({
        input_tokens: 0,
        output_tokens: 0,
        input_tokens_details: { cached_tokens: 0 },
      });
  });

  it("is for what differs only in fields that cannot matter, and for nothing else", async () => {
    const { origin, responses } = await setUpResponses();
    const outcomes = async (body: object, headers?: Readonly<Record<string, string>>) =>
      (await responses(body, { authorization: "Bearer one", ...headers })).outcome;
    expect(await outcomes({})).toBe("MISS");
    const unkeyed = {
      user: "u",
      safety_identifier: "s",
      prompt_cache_key: "k",
      prompt_cache_retention: "24h",
      service_tier: "flex",
      stream_options: { include_obfuscation: false },
    };
    expect(await outcomes({ ...unkeyed, stream: true })).toBe("HIT");
    for (const body of [
      { metadata: { run: "1" } },
      { instructions: "Be brief." },
      { max_output_tokens: 65 },
      { max_tool_calls: 1 },
      { truncation: "auto" },
      { store: false },
      { previous_response_id: "resp_1" },
      { prompt: { id: "pmpt_1", version: "2" } },
      { something_new: null },
    ]) {
      expect(await outcomes(body), JSON.stringify(body)).toBe("MISS");
      expect(origin.calls.at(-1)?.json).toEqual({ ...question, ...body });
    }
    for (const name of ["openai-beta", "openai-organization", "openai-project"])
      expect(await outcomes({}, { [name]: "x" }), name).toBe("MISS");
  });

  it("never crosses credentials", async () => {
    const { origin, responses } = await setUpResponses();
    for (const secret of ["Bearer one", "Bearer two"]) {
      const headers = { authorization: secret };
      expect((await responses({}, headers)).outcome).toBe("MISS");
      const hit = await responses(stream, headers);
      expect(hit.outcome).toBe("HIT");
      expect(hit.text).toContain(canaryOf(secret));
    }
    expect(origin.callCount).toBe(2);
  });
});

describe("calls that the provider's own doings change", () => {
  const tool = (type: string, more: object = {}): object => ({ tools: [weather, { type, ...more }] });
  it.each<[string, object, string]>([
    ["web search", tool("web_search"), "provider_tools"],
    ["web search of a version", tool("web_search_preview_2025_03_11"), "provider_tools"],
    ["file search", tool("file_search", { vector_store_ids: ["vs_1"] }), "provider_tools"],
    ["the code interpreter", tool("code_interpreter", { container: { type: "auto" } }), "provider_tools"],
    ["images", tool("image_generation"), "provider_tools"],
    ["MCP", tool("mcp", { server_label: "x", server_url: "https://example.com" }), "provider_tools"],
    ["a shell of the provider's", tool("shell", { environment: { type: "container_auto" } }), "provider_tools"],
    ["a tool that nobody knows yet", tool("crystal_ball"), "provider_tools"],
    ["a conversation", { conversation: "conv_1" }, "provider_state"],
    ["a conversation as an object", { conversation: { id: "conv_1" } }, "provider_state"],
    ["the background", { background: true }, "provider_state"],
    ["a prompt without a version", { prompt: { id: "pmpt_1" } }, "provider_state"],
    ["a prompt whose version is null", { prompt: { id: "pmpt_1", version: null } }, "provider_state"],
  ])("pass the cache by: %s", async (_, body, reason) => {
    const { origin, responses } = await setUpResponses();
    for (const form of [{}, stream])
      expect(await responses({ ...body, ...form })).toMatchObject({ outcome: "BYPASS", reason });
    expect(origin.callCount).toBe(2);
    expect(origin.calls[0]?.json).toEqual({ ...question, ...body });
  });

  it.each<[string, object]>([
    ["a screen of the caller's", tool("computer_use_preview", { display_width: 1, display_height: 1 })],
    ["a shell of the caller's", tool("local_shell")],
    ["patches", tool("apply_patch")],
    ["a prompt with its version", { prompt: { id: "pmpt_1", version: "3", variables: { city: "Bergen" } } }],
    ["no background", { background: false }],
    ["no conversation", { conversation: null }],
    ["what is not to be kept by the provider", { store: false }],
    ["what follows an answer", { previous_response_id: "resp_1" }],
    ["a reference to an item", { input: [{ type: "item_reference", id: "msg_1" }] }],
    ["what is to be kept by the provider", { store: true }],
  ])("but not: %s", async (_, body) => {
    const { responses } = await setUpResponses();
    expect((await responses(body)).outcome).toBe("MISS");
    expect((await responses({ ...body, ...stream })).outcome).toBe("HIT");
  });

  it("a policy may leave out what follows an answer, and what the provider keeps", async () => {
    const { responses } = await setUpResponses({ policy: { previousAnswers: false, keptAnswers: false } });
    for (const body of [
      { previous_response_id: "resp_1" },
      { input: [{ type: "item_reference", id: "msg_1" }] },
      { store: true },
    ])
      expect(await responses(body)).toMatchObject({ outcome: "BYPASS", reason: "provider_state" });
    expect((await responses({ store: false })).outcome).toBe("MISS");
  });

  it("a chain goes on from the recorded answer: each previous answer has entries of its own", async () => {
    const { responses } = await setUpResponses();
    const first = await responses();
    const next = { input: "And then?", previous_response_id: first.response.id };
    expect((await responses(next)).outcome).toBe("MISS");
    expect((await responses({ ...next, previous_response_id: (await responses(stream)).response.id })).outcome).toBe(
      "HIT",
    );
    expect((await responses({ ...next, previous_response_id: "resp_other" })).outcome).toBe("MISS");
  });
});

describe("followers", () => {
  it.each(forms)("of a call made as %s get everything, each in its form", async (_, leading) => {
    const { origin, responses, eventsOf: traced } = await setUpResponses();
    const gate = new Gate();
    origin.plan({ reasoning: "hm", holds: [{ at: leading === stream ? 4 : "headers", gate }] });
    const leader = responses(leading);
    await gate.reached();
    const followers = [responses(), responses(stream), responses(stream)];
    await until(() => traced("flight-join").length === 3);
    gate.release();
    const { response } = await leader;
    for (const follower of await Promise.all(followers)) {
      expect(follower.outcome).toBe("COALESCED");
      expect(follower.response).toEqual(response);
      expect(isWhole(follower.text)).toBe(true);
    }
    expect(origin.callCount).toBe(1);
  });

  it("never of other credentials", async () => {
    const { origin, responses } = await setUpResponses();
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const one = responses();
    await gate.reached();
    const two = responses({}, { authorization: "Bearer two" });
    await origin.waitForCalls(2);
    gate.release();
    expect((await one).text).toContain(canaryOf("Bearer one"));
    expect((await two).text).toContain(canaryOf("Bearer two"));
    expect((await two).text).not.toContain(canaryOf("Bearer one"));
  });
});
