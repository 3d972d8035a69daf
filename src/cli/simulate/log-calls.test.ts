import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LoggedCall } from "../../access-log/logged-call.ts";
import { callsIn, type LogReading, logFormats, newReading } from "./log-calls.ts";
import { sourceOf } from "./log-records.ts";

const seed = 20_260_101;
const noon = Date.UTC(2026, 4, 1, 12);

async function read(
  text: string | Uint8Array,
  options: { readonly format?: string; readonly model?: string } = {},
): Promise<{ readonly calls: readonly LoggedCall[]; readonly reading: LogReading }> {
  const reading = newReading();
  const calls: LoggedCall[] = [];
  const format = logFormats.find(({ name }) => name === options.format);
  const bytes = Buffer.from(text);
  const chunks = [bytes.subarray(0, 7), bytes.subarray(7)].filter((chunk) => chunk.length > 0);
  const source = sourceOf("log", bytes.length, () => Readable.from(chunks, { objectMode: false }));
  for await (const some of callsIn(source, { format, model: options.model }, reading)) calls.push(...some);
  return { calls, reading };
}

const lines = (...records: readonly object[]) => records.map((record) => JSON.stringify(record)).join("\n");
const messages = [{ role: "user", content: "Which bridge is the oldest?" }];
const answer = {
  id: "a",
  object: "chat.completion",
  created: noon / 1_000,
  model: "gpt-4o-mini-2024-07-18",
  choices: [{ index: 0, message: { role: "assistant", content: "The stone one." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
};

describe("requests as OpenAI's SDK sends them", () => {
  const request = { model: "gpt-4o-mini", messages };

  test("with their answers", async () => {
    const { calls, reading } = await read(lines({ request, response: answer, time: noon / 1_000, duration_ms: 700 }));
    expect(calls).toMatchObject([
      { line: 1, at: noon, durationMs: 700, protocol: "openai-chat", originId: "https://api.openai.com/v1", request },
    ]);
    expect(calls[0]?.answer).toMatchObject({ status: 200, body: answer });
    expect(Object.fromEntries(reading.formats)).toEqual({ openai: 1 });
  });

  test.each([
    [{ timestamp: "2026-05-01T12:00:00Z", latency: 0.7 }],
    [{ started_at: "2026-05-01 12:00:00", ended_at: "2026-05-01 12:00:00.700" }],
    [{ created: noon, durationMs: 700 }],
    [{ startTime: noon * 1_000, endTime: noon * 1_000 + 700_000 }],
  ])("with times such as %j", async (times) => {
    const { calls } = await read(lines({ request, response: answer, ...times }));
    expect(calls[0]?.at).toBe(noon);
    expect(calls[0]?.durationMs).toBeCloseTo(700, 6);
  });

  test("whose answer is a list of chunks, or an error, or not there", async () => {
    const chunk = (delta: object, finish: string | null = null) => ({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "gpt-4o-mini",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const { calls } = await read(
      lines(
        { request, response: [chunk({ role: "assistant", content: "The " }), chunk({ content: "one." }, "stop")] },
        { request, response: { error: { message: "slow down" } } },
        { request, response: { status_code: 429, body: { error: { message: "slow down" } } } },
        { request },
      ),
    );
    expect(calls[0]?.answer?.body).toMatchObject({ choices: [{ message: { content: "The one." } }] });
    expect(calls.map(({ answer }) => answer?.status)).toEqual([200, 500, 429, undefined]);
  });

  test("of a batch, and of other APIs", async () => {
    const claude = { model: "claude-sonnet-4-5", max_tokens: 9, messages };
    const { calls } = await read(
      lines(
        { custom_id: "1", method: "POST", url: "/v1/chat/completions", body: request },
        { custom_id: "2", method: "POST", url: "/v1/embeddings", body: { model: "e", input: "x" } },
        { request: claude, response: { type: "message", content: [] } },
        { request: { url: "https://host.example/v1/responses", body: { model: "m", input: "x" } } },
        { request: JSON.stringify({ model: "m", prompt: "x" }) },
      ),
    );
    expect(calls.map(({ protocol, originId }) => [protocol, originId])).toEqual([
      ["openai-chat", "https://api.openai.com/v1"],
      ["openai-embeddings", "https://api.openai.com/v1"],
      ["anthropic-messages", "https://api.anthropic.com"],
      ["openai-responses", "https://host.example/v1"],
      ["openai-completions", "https://api.openai.com/v1"],
    ]);
  });

  test("that cannot be used are counted, and the first named with line and reason", async () => {
    const wrong = [
      "nonsense",
      "[1]",
      '{"request":{"model":"m"}}',
      '{"custom_id":"1","response":{}}',
      "{}",
      '{"request":',
    ];
    const { calls, reading } = await read(`${lines({ request })}\n${wrong.join("\n")}\n${lines({ request })}`);
    expect(calls).toHaveLength(2);
    expect(reading).toMatchObject({ records: 8, broken: 6, calls: 2 });
    expect(reading.firstBroken.map(({ line, reason }) => [line, reason])).toEqual([
      [2, expect.stringMatching(/^is no JSON/)],
      [3, "is not an object"],
      [4, "the request has neither messages nor input, prompt or contents"],
      [5, "it tells an answer without its request"],
      [6, "is of no format that is known (reprise, litellm, tau-bench, openai)"],
    ]);
  });
});

describe("what LiteLLM logs", () => {
  const record = {
    call_type: "acompletion",
    model: "openai/gpt-4o-mini",
    custom_llm_provider: "openai",
    api_base: "https://api.openai.com/v1",
    messages,
    response: answer,
    startTime: noon / 1_000,
    endTime: noon / 1_000 + 0.7,
    prompt_tokens: 9,
    completion_tokens: 4,
    model_parameters: { temperature: 0 },
    metadata: { user_api_key_hash: "hash-one" },
    end_user: "user-one",
  };

  test("as a payload, and as a row whose members are JSON in strings", async () => {
    const row = {
      ...record,
      startTime: "2026-05-01 12:00:00",
      endTime: "2026-05-01 12:00:00.700000+00:00",
      messages: JSON.stringify(messages),
      response: JSON.stringify(answer),
      metadata: JSON.stringify(record.metadata),
      model_parameters: JSON.stringify(record.model_parameters),
    };
    const { calls } = await read(lines(record, row));
    for (const call of calls) {
      expect(call).toMatchObject({
        ...{ at: noon, protocol: "openai-chat", tenant: "hash-one", user: "user-one" },
        request: { model: "gpt-4o-mini", messages, temperature: 0 },
        answer: { status: 200, body: answer, usage: { inputTokens: 9, outputTokens: 4 } },
        outcome: undefined,
      });
      expect(call.durationMs).toBeCloseTo(700, 3);
    }
    expect(calls).toHaveLength(2);
  });

  test("of failures, of answers from its own cache, and of what has no messages", async () => {
    const { calls, reading } = await read(
      lines(
        { ...record, status: "failure", response: {} },
        { ...record, cache_hit: "True" },
        { ...record, messages: "[]" },
        { ...record, call_type: "image_generation" },
      ),
    );
    expect(calls.map(({ answer, outcome }) => [answer?.status, outcome])).toEqual([
      [500, undefined],
      [200, "hit"],
    ]);
    expect(reading.firstBroken.map(({ reason }) => reason)).toEqual([
      "messages are missing; LiteLLM stores them with store_prompts_in_spend_logs",
      "call_type image_generation is not one whose calls are cached",
    ]);
  });
});

test("each message of an assistant in a trajectory is a call over those before it", async () => {
  const called = {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "1", function: { name: "f", arguments: "{}" } }],
  };
  const traj = [{ role: "system", content: "s" }, ...messages, called, { role: "tool", content: "t" }];
  const records = [{ task_id: 1, traj: [...traj, { role: "assistant", content: "done" }] }, { traj: ["no message"] }];
  const { calls, reading } = await read(JSON.stringify(records, undefined, 2), { model: "gpt-4o" });
  expect(calls.map(({ request }) => request)).toEqual([
    { model: "gpt-4o", temperature: 0, messages: traj.slice(0, 2) },
    { model: "gpt-4o", temperature: 0, messages: traj.slice(0, 4) },
  ]);
  expect(calls[0]?.answer?.body).toMatchObject({ choices: [{ finish_reason: "tool_calls", message: called }] });
  expect(reading).toMatchObject({ broken: 1, firstBroken: [{ reason: "traj holds what is not a message" }] });
});

test("a packed log is unpacked; one that is damaged gives what comes before, and says so", async () => {
  const many = Array.from({ length: 5_000 }, (_, index) => ({ request: { model: `m-${index}`, messages } }));
  const packed = gzipSync(lines(...many));
  expect((await read(packed)).calls).toHaveLength(5_000);
  expect((await read(Buffer.concat([gzipSync(`${lines(...many)}\n`), packed]))).calls).toHaveLength(10_000);
  await expect(read(packed.subarray(0, packed.length - 100))).rejects.toThrow(
    "log is damaged: unexpected end of file.",
  );
});

test("a format that was named is the only one", async () => {
  const { reading } = await read(lines({ request: { model: "m", messages } }), { format: "litellm" });
  expect(reading).toMatchObject({ calls: 0, broken: 1 });
});

test("whatever stands in a record, it is a call or it is counted", async () => {
  const word = fc.constantFrom(
    ...["v", "at", "outcome", "miss", "request", "response", "messages", "traj", "role", "assistant", "call_type"],
    ...["completion", "startTime", "body", "url", "/v1/responses", "input", "headers", "status", "usage", "dropped"],
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      word,
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      tie("list"),
      tie("object"),
    ),
    list: fc.array(tie("any"), { maxLength: 3 }),
    object: fc.dictionary(word, tie("any"), { maxKeys: 6 }),
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(value.any, { minLength: 1, maxLength: 8 }), async (values) => {
      // The first character says that these are lines.
      const { calls, reading } = await read(["{}", ...values.map((one) => JSON.stringify(one))].join("\n"));
      expect(reading.records).toBe(values.length + 1);
      expect(calls.length).toBe(reading.calls);
      expect(reading.firstBroken).toHaveLength(Math.min(5, reading.broken));
      for (const { request, outcome } of calls) expect(request !== undefined || outcome === "error").toBe(true);
    }),
    { seed, numRuns: 500 },
  );
});
