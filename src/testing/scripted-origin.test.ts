import { createHash } from "node:crypto";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ScriptedOrigin, startScriptedOrigin } from "./scripted-origin.ts";
import { canaryOf, isWhole } from "./scripted-text.ts";

let origin: ScriptedOrigin;
let openai: OpenAI;

beforeEach(async () => {
  origin = await startScriptedOrigin();
  openai = new OpenAI({ apiKey: "secret-one", baseURL: origin.url, maxRetries: 0 });
});
afterEach(() => origin.close());

const request = { model: "scripted-small", messages: [{ role: "user" as const, content: "Where is the 🌊 bay?" }] };

async function streamed(options: object = {}) {
  const stream = await openai.chat.completions.create({ ...request, ...options, stream: true });
  return collected(stream);
}

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("a chat completion by the official SDK", () => {
  test("has the shape of the real one and a whole text", async () => {
    const answer = await openai.chat.completions.create(request);
    expect(answer).toMatchObject({ object: "chat.completion", model: "scripted-small", service_tier: "default" });
    expect(answer.id).toMatch(/^chatcmpl-/);
    expect(answer.system_fingerprint).toMatch(/^fp_/);
    const [choice] = answer.choices;
    expect(choice).toMatchObject({ index: 0, finish_reason: "stop", logprobs: null });
    expect(isWhole(choice?.message.content ?? "")).toBe(true);
    expect(choice?.message.content).toContain("Where is the 🌊 bay?");
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage ?? expect.fail("no usage");
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  });

  test("is the same for the same request, and another for another tenant", async () => {
    const other = new OpenAI({ apiKey: "secret-two", baseURL: origin.url, maxRetries: 0 });
    const [first, second, third] = [
      await openai.chat.completions.create(request),
      await openai.chat.completions.create(request),
      await other.chat.completions.create(request),
    ].map((answer) => answer.choices[0]?.message.content);
    expect(second).toBe(first);
    expect(first).toContain(canaryOf("Bearer secret-one"));
    expect(third).toContain(canaryOf("Bearer secret-two"));
    expect(third).not.toContain(canaryOf("Bearer secret-one"));
  });

  test("says the same as a stream", async () => {
    const answer = await openai.chat.completions.create({ ...request, n: 2, logprobs: true });
    const chunks = await streamed({ n: 2, logprobs: true });
    for (const { index, message } of answer.choices) {
      const deltas = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
      expect(deltas[0]?.delta).toMatchObject({ role: "assistant", content: "" });
      expect(deltas.map((choice) => choice.delta.content ?? "").join("")).toBe(message.content);
      expect(deltas.at(-1)?.finish_reason).toBe("stop");
      expect(deltas[1]?.logprobs?.content).toHaveLength(1);
    }
    expect(new Set(chunks.map((chunk) => chunk.id))).toEqual(new Set([answer.id]));
  });

  test("streams usage when it is asked for, and only then", async () => {
    const without = await streamed();
    expect(without.every((chunk) => !("usage" in chunk))).toBe(true);
    const chunks = await streamed({ stream_options: { include_usage: true } });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test("calls tools as planned, as JSON and as a stream", async () => {
    origin.plan({ toolCalls: [{ name: "look", arguments: '{"place": "the bay"}' }] });
    const answer = await openai.chat.completions.create(request);
    const [choice] = answer.choices;
    expect(choice).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    const final = await openai.chat.completions.stream(request).finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls).toMatchObject(choice?.message.tool_calls ?? []);
    expect(final.choices[0]?.message.tool_calls).toMatchObject([
      { type: "function", function: { name: "look", arguments: '{"place": "the bay"}' } },
    ]);
  });

  test("refuses, reasons, ends early and names another model as planned", async () => {
    origin.plan([
      { refusal: "I would rather not" },
      { reasoning: "hm, well", content: "yes", model: "scripted-small-2026-01-01" },
      { choices: [{}, { finishReason: "length" }] },
      { content: "", finishReason: "content_filter", usage: null },
    ]);
    const refused = await openai.chat.completions.create(request);
    expect(refused.choices[0]?.message).toMatchObject({ content: null, refusal: "I would rather not" });
    const reasoned = await openai.chat.completions.create(request);
    expect(reasoned).toMatchObject({
      model: "scripted-small-2026-01-01",
      choices: [{ message: { content: "yes", reasoning_content: "hm, well" } }],
      usage: { completion_tokens_details: { reasoning_tokens: 2 } },
    });
    const cut = await openai.chat.completions.create({ ...request, n: 2 });
    expect(cut.choices.map((choice) => choice.finish_reason)).toEqual(["stop", "length"]);
    const filtered = await openai.chat.completions.create(request);
    expect(filtered.usage).toBeUndefined();
    expect(filtered.choices[0]).toMatchObject({ finish_reason: "content_filter", message: { content: "" } });
    expect((await openai.chat.completions.create(request)).choices[0]?.finish_reason).toBe("stop");
  });

  test("fails as planned", async () => {
    origin.plan([
      { status: 429, headers: { "retry-after": "2" } },
      { status: 503 },
      { status: 502, body: "<h1>Bad</h1>" },
    ]);
    const failures = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      failures.push(await openai.chat.completions.create(request).catch((error: unknown) => error));
    }
    expect(failures[0]).toBeInstanceOf(OpenAI.RateLimitError);
    expect(failures[0]).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    expect((failures[0] as InstanceType<typeof OpenAI.APIError>).headers?.get("retry-after")).toBe("2");
    expect(failures[1]).toMatchObject({ status: 503, type: "server_error" });
    expect(failures[2]).toMatchObject({ status: 502, headers: expect.any(Headers) });
  });

  test("answers JSON to a request for JSON", async () => {
    const answer = await openai.chat.completions.create({ ...request, response_format: { type: "json_object" } });
    const { answer: text } = JSON.parse(answer.choices[0]?.message.content ?? "") as { answer: string };
    expect(isWhole(text)).toBe(true);
  });

  test("refuses what is no request", async () => {
    const response = await fetch(`${origin.url}/chat/completions`, { method: "POST", body: "{" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });
});

describe("what the origin remembers", () => {
  test("is every call as it came, until it is reset", async () => {
    await openai.chat.completions.create(request);
    expect(origin.callCount).toBe(1);
    const [call] = origin.calls;
    expect(call).toMatchObject({
      order: 0,
      method: "POST",
      path: "/v1/chat/completions",
      json: request,
      aborted: false,
    });
    expect(call?.headers.authorization).toBe("Bearer secret-one");
    expect(new TextDecoder().decode(call?.body)).toBe(JSON.stringify(request));
    expect(await call?.ended).toBe("complete");
    origin.generation = 3;
    origin.reset();
    expect(origin.callCount).toBe(0);
    expect(origin.generation).toBe(0);
  });

  test("includes the generation in its answers", async () => {
    origin.generation = 7;
    const answer = await openai.chat.completions.create(request);
    expect(answer.choices[0]?.message.content).toContain("generation-7");
  });
});

describe("other paths", () => {
  test("list the models", async () => {
    const models = await collected(openai.models.list());
    expect(models.map((model) => model.id)).toEqual(["scripted-large", "scripted-small"]);
  });

  test("echo what they received, digesting long bodies without keeping them", async () => {
    const body = new Uint8Array(9 * 1024 * 1024).fill(7);
    const response = await fetch(`${origin.url}/files?purpose=test`, {
      method: "PUT",
      body,
      headers: { "x-note": "n" },
    });
    expect(await response.json()).toMatchObject({
      method: "PUT",
      path: "/v1/files?purpose=test",
      headers: { "x-note": "n" },
      bodyDigest: createHash("sha256").update(body).digest("hex"),
      bodyLength: body.length,
    });
    expect(origin.calls[0]?.body).toHaveLength(0);
  });

  test("show a plan that throws", async () => {
    origin.plan(() => {
      throw new Error("oops");
    });
    const response = await fetch(`${origin.url}/anything`);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain("oops");
  });
});

describe("a completion of text by the official SDK", () => {
  const prompts = { model: "scripted-small", prompt: ["Where is the 🌊 bay?", "Why?"] };

  test("has the shape of the real one and a whole text for each prompt", async () => {
    const answer = await openai.completions.create({ ...prompts, n: 2 });
    expect(answer).toMatchObject({ object: "text_completion", model: "scripted-small" });
    expect(answer.id).toMatch(/^cmpl-/);
    expect(answer.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual(
      [0, 1, 2, 3].map((index) => [index, "stop"]),
    );
    expect(answer.choices.every(({ text }) => isWhole(text) && text.includes(canaryOf("Bearer secret-one")))).toBe(
      true,
    );
    expect(answer.choices.map(({ text }) => /"(.*)"/.exec(text)?.[1])).toEqual(
      prompts.prompt.flatMap((one) => [one, one]),
    );
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage ?? expect.fail("no usage");
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  });

  test("says the same as a stream, the prompt and log probabilities too", async () => {
    const asked = { ...prompts, n: 2, echo: true, logprobs: 2 };
    const answer = await openai.completions.create(asked);
    const chunks = await collected(
      await openai.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } }),
    );
    for (const { index, text, logprobs } of answer.choices) {
      const pieces = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
      expect(text.startsWith(prompts.prompt[index >> 1] ?? "")).toBe(true);
      expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      expect(pieces.at(-1)?.finish_reason).toBe("stop");
      for (const name of ["tokens", "token_logprobs", "top_logprobs", "text_offset"] as const) {
        expect(pieces.flatMap((piece) => (piece.logprobs?.[name] as unknown[] | undefined) ?? [])).toEqual(
          logprobs?.[name],
        );
      }
      expect([logprobs?.token_logprobs?.[0], logprobs?.text_offset?.[0]]).toEqual([null, 0]);
    }
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: answer.usage });
  });
});
