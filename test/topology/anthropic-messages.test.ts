import { describe, expect, it } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { canaryOf, isWhole } from "../../src/testing/scripted-text.ts";
import { type Harness, readResponse, setUp, until } from "./cache-harness.ts";

/** Anthropic messages through a library cache: forms, refusals, cuts, tenants, followers. */

const question = { model: "claude-sonnet-4-5", max_tokens: 64, messages: [{ role: "user", content: "Where? 🌊" }] };
const stream = { stream: true };
const weather = { name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } } } };

interface Message {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly stop_reason: string | null;
  readonly usage: Readonly<Record<string, unknown>>;
}

interface Reading extends Omit<Awaited<ReturnType<typeof readResponse>>, "text"> {
  /** The message, whatever its form. */
  readonly message: Message;
  readonly text: string;
}

type Read = (body?: object, headers?: Readonly<Record<string, string>>, query?: string) => Promise<Reading>;

async function setUpMessages(options?: CacheOptions): Promise<Harness & { readonly messages: Read }> {
  const harness = await setUp(options);
  const { cache, origin } = harness;
  const messages: Read = async (body = {}, headers = { "x-api-key": "one" }, query = "") => {
    const response = await cache.fetch(`${origin.url}/messages${query}`, {
      method: "POST",
      headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", ...headers },
      body: JSON.stringify({ ...question, ...body }),
    });
    const reading = await readResponse(response);
    const message = messageOf(reading.raw);
    return { ...reading, message, text: message.content.map((block) => block.text ?? "").join("") };
  };
  return { ...harness, messages };
}

interface StreamEvent {
  readonly type: string;
  readonly message?: Message;
  readonly content_block?: { readonly type: string };
  readonly delta?: Readonly<Record<string, string>>;
  readonly usage?: object;
  readonly error?: unknown;
}

function eventsOf(raw: string): readonly StreamEvent[] {
  return [...raw.matchAll(/^data: (\{.*\})\n\n/gm)].map(([, data]) => JSON.parse(data as string));
}

function inputOf(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return text;
  }
}

/** The accumulation of a client that knows text, thinking and tools. */
function messageOf(raw: string): Message {
  if (!raw.startsWith("event: "))
    return raw.startsWith("{") ? { content: [], ...JSON.parse(raw) } : ({ content: [] } as never);
  let message: Record<string, unknown> = {};
  const blocks: Record<string, unknown>[] = [];
  for (const { type, message: opened, content_block, delta = {}, usage } of eventsOf(raw)) {
    const last = blocks.at(-1) as Record<string, string>;
    if (type === "message_start") message = { ...opened };
    else if (type === "content_block_start") blocks.push({ ...content_block });
    else if (type === "content_block_delta") {
      const { type: _, ...piece } = delta;
      for (const [name, text] of Object.entries(piece)) last[name] = (last[name] ?? "") + text;
    } else if (type === "content_block_stop" && last["partial_json"] !== undefined) {
      const { partial_json, ...rest } = last;
      blocks[blocks.length - 1] = { ...rest, input: inputOf(partial_json) };
    } else if (type === "message_delta") {
      message = { ...message, ...delta, usage: { ...(message["usage"] as object), ...usage } };
    }
  }
  return { ...message, content: blocks } as unknown as Message;
}

const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } };
const cases: Readonly<Record<string, readonly [object, PlannedReply]>> = {
  text: [{}, {}],
  "thinking and text": [{ thinking: { type: "enabled", budget_tokens: 1024 } }, { reasoning: "Let me see… 🤔 yes." }],
  "tool calls": [
    { tools: [weather] },
    {
      content: "Both.",
      toolCalls: [
        { name: "weather", arguments: '{"city": "Πειραιάς \\"old\\""}' },
        { name: "weather", arguments: "{}" },
      ],
    },
  ],
  "an image": [{ messages: [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }] }, {}],
  "cached tokens": [{}, { usage: { cache_read_input_tokens: 9, cache_creation_input_tokens: 3 } }],
};
const forms = [
  ["JSON", {}],
  ["a stream", stream],
] as const;

describe.each(Object.entries(cases))("%s", (_, [body, plan]) => {
  it.each(forms)("filled as %s is read in every form, of one call", async (_name, filledBy) => {
    const { origin, messages } = await setUpMessages();
    origin.plan(plan);
    const filled = await messages({ ...body, ...filledBy });
    expect(filled).toMatchObject({ status: 200, outcome: "MISS", error: undefined });
    for (const [, readBy] of forms) {
      const hit = await messages({ ...body, ...readBy });
      expect(hit.outcome).toBe("HIT");
      expect(hit.message).toEqual(filled.message);
      expect(hit.headers.get("content-type")).toMatch(readBy === stream ? /^text\/event-stream/ : /^application\/json/);
    }
    expect(origin.callCount).toBe(1);
  });
});

describe("a hit", () => {
  it("is byte for byte what the origin sent, save for pings", async () => {
    const { messages } = await setUpMessages();
    const filled = await messages(stream);
    const ping = 'event: ping\ndata: {"type":"ping"}\n\n';
    expect(filled.raw).toContain(ping);
    expect((await messages(stream)).raw).toBe(filled.raw.replace(ping, ""));
    expect(isWhole(filled.text)).toBe(true);
  });

  it("reports no tokens where the policy says so", async () => {
    const { messages } = await setUpMessages({ policy: { hitUsage: "zero" } });
    expect((await messages()).message.usage["output_tokens"]).toBeGreaterThan(1);
    for (const form of [{}, stream])
      expect((await messages(form)).message.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
  });

  it("is for what differs only in fields that cannot matter, and for nothing else", async () => {
    const { origin, messages } = await setUpMessages();
    const mark = { cache_control: { type: "ephemeral", ttl: "1h" } };
    const text = { type: "text", text: "Be brief." };
    const outcomes = async (body: object, headers?: Readonly<Record<string, string>>, query?: string) =>
      (await messages({ system: [text], ...body }, { "x-api-key": "one", ...headers }, query)).outcome;
    expect(await outcomes({})).toBe("MISS");
    expect(await outcomes({ metadata: { user_id: "u" }, service_tier: "auto", stream: true })).toBe("HIT");
    expect(await outcomes({ system: [{ ...text, ...mark }], ...mark })).toBe("HIT");
    expect(await outcomes({ max_tokens: 65 })).toBe("MISS");
    expect(await outcomes({}, { "anthropic-beta": "context-1m" })).toBe("MISS");
    expect(await outcomes({}, { "anthropic-version": "2024-01-01" })).toBe("MISS");
    expect(await outcomes({}, {}, "?beta=true")).toBe("MISS");
    expect(await outcomes({ system: [{ ...text, ...mark }], inference_geo: "us" })).toBe("MISS");
    expect(origin.calls.at(-1)?.json).toMatchObject({ system: [{ ...text, ...mark }], inference_geo: "us" });
  });

  it("never crosses credentials, in whatever header they stand", async () => {
    const { origin, messages } = await setUpMessages();
    for (const headers of [{ "x-api-key": "one" }, { "x-api-key": "two" }, { authorization: "Bearer one" }] as const) {
      const [secret] = Object.values(headers);
      expect((await messages({}, headers)).outcome).toBe("MISS");
      const hit = await messages(stream, headers);
      expect(hit.outcome).toBe("HIT");
      expect(hit.text).toContain(canaryOf(secret));
    }
    expect(origin.callCount).toBe(3);
  });
});

describe("what is not stored", () => {
  it.each<[string, PlannedReply, string]>([
    ["a cut by the token limit", { finishReason: "length" }, "finish_length"],
    ["a full context window", { finishReason: "model_context_window_exceeded" }, "finish_length"],
    ["a refusal", { refusal: "I will not." }, "refusal"],
    ["a paused turn", { finishReason: "pause_turn" }, "truncated"],
    ["no reason of the end", { finishReason: null }, "truncated"],
    ["an end nobody knows", { finishReason: "tired" }, "schema_mismatch"],
    ["an input that breaks off", { toolCalls: [{ name: "weather", arguments: '{"city": "Be' }] }, "invalid_json"],
    ["a tool nobody offered", { toolCalls: [{ name: "rm", arguments: "{}" }] }, "schema_mismatch"],
    ["an input of another shape", { toolCalls: [{ name: "weather", arguments: '{"city":1}' }] }, "schema_mismatch"],
    ["nothing said", { content: "" }, "schema_mismatch"],
    ["another model", { model: "claude-haiku-4-5" }, "model_mismatch"],
    ["no usage", { usage: null }, "schema_mismatch"],
  ])("%s", async (_, plan, reason) => {
    const { origin, messages, eventsOf: traced } = await setUpMessages();
    origin.plan(plan);
    const asked = { tools: [weather] };
    expect(await messages(asked)).toMatchObject({ outcome: "MISS", reason });
    expect(await messages({ ...asked, ...stream })).toMatchObject({ outcome: "MISS", status: 200, error: undefined });
    expect(traced("entry-refuse").map((event) => event.reason)).toEqual([reason, reason]);
    expect(origin.callCount).toBe(2);
  });

  it("structured output that does not fit its schema", async () => {
    const { origin, messages, eventsOf: traced } = await setUpMessages();
    const schema = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] };
    const body = { output_config: { format: { type: "json_schema", schema } } };
    origin.plan([{ content: '{"answer":1}' }, { content: '{"answer":' }]);
    expect((await messages(body)).reason).toBe("schema_mismatch");
    expect((await messages(body)).reason).toBe("invalid_json");
    expect((await messages({ ...body, ...stream })).outcome).toBe("MISS");
    expect((await messages(body)).outcome).toBe("HIT");
    expect(traced("entry-refuse")).toHaveLength(2);
  });

  it("a stream that is cut, at any byte", async () => {
    const { origin, messages, eventsOf: traced } = await setUpMessages();
    const short = { content: "ü🌊", reasoning: "hm" };
    origin.plan(short);
    const whole = await messages({ ...stream, max_tokens: 1 });
    const length = Buffer.byteLength(whole.raw);
    for (let afterBytes = 0; afterBytes < length - 1; afterBytes++) {
      origin.plan({ ...short, cut: { afterBytes, how: "fin" } });
      const reading = await messages(stream);
      expect(reading.outcome, `byte ${afterBytes}`).toBe("MISS");
      expect(reading.error, `byte ${afterBytes}`).toBeInstanceOf(Error);
      expect(eventsOf(reading.raw).at(-1), `byte ${afterBytes}`).toMatchObject({
        type: "error",
        error: { type: "api_error", details: { error_code: "origin_truncated" } },
      });
      expect(reading.raw).not.toContain("message_stop");
    }
    expect(traced("entry-write")).toHaveLength(1);
    expect(new Set(traced("entry-refuse").map((event) => event.reason))).toEqual(new Set(["truncated"]));
    expect(origin.callCount).toBe(length);
    origin.plan(short);
    expect(await messages(stream)).toMatchObject({ outcome: "MISS", error: undefined, text: "ü🌊" });
    expect((await messages(stream)).outcome).toBe("HIT");
  });

  it("a stream without its message_stop, and one with an error in it, which is passed on in the origin's words", async () => {
    const { origin, messages, eventsOf: traced } = await setUpMessages();
    origin.plan([
      { terminal: false },
      { errorEvent: { atChunk: 4, error: { type: "overloaded_error", message: "Overloaded" } } },
    ]);
    expect((await messages(stream)).error).toBeInstanceOf(Error);
    const failed = await messages(stream);
    expect(failed.error).toBeUndefined();
    expect(eventsOf(failed.raw).filter(({ type }) => type === "error")).toEqual([
      { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    ]);
    expect(traced("entry-refuse").map((event) => event.reason)).toEqual(["truncated", "error_body"]);
    expect((await messages(stream)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(3);
  });

  it("an error with the status of success, and one with its own", async () => {
    const { origin, messages } = await setUpMessages({ coalescing: { errorBackoff: "0s" } });
    const body = { type: "error", error: { type: "api_error", message: "Internal" }, request_id: "req_1" };
    origin.plan([{ body }, { status: 529 }]);
    const hidden = await messages();
    expect([hidden.status, hidden.reason, JSON.parse(hidden.raw)]).toEqual([200, "error_body", body]);
    const overloaded = await messages();
    expect([overloaded.status, overloaded.reason]).toEqual([529, "error_status"]);
    expect(JSON.parse(overloaded.raw)).toMatchObject({ type: "error", error: { type: "overloaded_error" } });
    expect((await messages()).outcome).toBe("MISS");
  });
});

describe("calls that the provider's own doings change", () => {
  it.each<[string, object, string]>([
    ["web search", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, "provider_tools"],
    ["a container", { container: "container_1" }, "provider_tools"],
    ["MCP servers", { mcp_servers: [{ type: "url", url: "https://example.com", name: "x" }] }, "provider_tools"],
    ["a thread that goes on", { thread: { type: "continue", previous_message_id: "msg_1" } }, "provider_state"],
    ["a thread that begins", { thread: { type: "create" } }, "provider_state"],
  ])("pass the cache by: %s", async (_, body, reason) => {
    const { origin, messages } = await setUpMessages();
    for (const form of [{}, stream])
      expect(await messages({ ...body, ...form })).toMatchObject({ outcome: "BYPASS", reason });
    expect(origin.callCount).toBe(2);
    expect(origin.calls[0]?.json).toEqual({ ...question, ...body });
  });
});

describe("followers", () => {
  it.each(forms)("of a call made as %s get everything, each in its form", async (_, leading) => {
    const { origin, messages, eventsOf: traced } = await setUpMessages();
    const gate = new Gate();
    origin.plan({ reasoning: "hm", holds: [{ at: leading === stream ? 4 : "headers", gate }] });
    const leader = messages(leading);
    await gate.reached();
    const followers = [messages(), messages(stream), messages(stream)];
    await until(() => traced("flight-join").length === 3);
    gate.release();
    const { message } = await leader;
    for (const follower of await Promise.all(followers)) {
      expect(follower.outcome).toBe("COALESCED");
      expect(follower.message).toEqual(message);
      expect(isWhole(follower.text)).toBe(true);
    }
    expect(origin.callCount).toBe(1);
  });
});
