import { readFileSync } from "node:fs";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { openAiChat } from "./openai-chat.ts";
import { lean, recordingOf, text, whole } from "./openai-chat-samples.ts";

/** The official SDK reads what is replayed, and its own accumulation of the stream is compared with the JSON form. */

const folder = new URL("../../test/conformance/fixtures/openai-chat/", import.meta.url);
const read = (file: string) => Uint8Array.from(readFileSync(new URL(file, folder)));
const params = { model: "m", messages: [{ role: "user" as const, content: "Hello" }] };

function client(body: Uint8Array, type: string, status = 200): OpenAI {
  const fetch = async () => new Response(Uint8Array.from(body), { status, headers: { "content-type": type } });
  return new OpenAI({ apiKey: "none", maxRetries: 0, fetch });
}

/** What the SDK adds on its own: parsed forms, absent when nothing asks for them, and null log probabilities. */
function plain(completion: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(completion), (name, value: unknown) =>
    name === "parsed" || name === "parsed_arguments" || (name === "logprobs" && value === null) ? undefined : value,
  );
}

async function accumulated(stream: Uint8Array): Promise<Record<string, unknown>> {
  return plain(await client(stream, "text/event-stream").chat.completions.stream(params).finalChatCompletion());
}

/** The SDK names the object of a completion it made from chunks after the chunks. */
const asCompletion = (value: Record<string, unknown>) => ({ ...value, object: "chat.completion" });

/** The SDK keeps the last piece of a field it does not know, where Reprise puts the pieces together. */
function withoutUnknown(value: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value), (name, within: unknown) =>
    name.startsWith("reasoning_") && name !== "reasoning_tokens" ? undefined : within,
  );
}

const names = ["text", "parallel-tools", "three-choices", "refusal", "reasoning", "logprobs"];

describe.each(names)("the official SDK and %s", (name) => {
  const stream = read(`${name}.sse`);
  const json = read(`${name}.json`);
  const expected = withoutUnknown(plain(JSON.parse(text(json))));

  it("reads JSON replayed from JSON and from events", async () => {
    for (const recording of [openAiChat.readJson(json).recording, recordingOf(stream).recording]) {
      const answer = await client(openAiChat.replayJson(recording, lean), "application/json").chat.completions.create(
        params,
      );
      expect(withoutUnknown(plain(answer))).toEqual(expected);
    }
  });

  it("reads events replayed from JSON and from events as the same completion", async () => {
    for (const recording of [openAiChat.readJson(json).recording, recordingOf(stream).recording]) {
      const answer = await accumulated(openAiChat.replayEvents(recording, whole));
      expect(withoutUnknown(asCompletion(answer))).toEqual(expected);
    }
  });

  it("accumulates the replayed events as it does the origin's", async () => {
    expect(await accumulated(openAiChat.replayEvents(recordingOf(stream).recording, whole))).toEqual(
      await accumulated(stream),
    );
  });

  it("gets usage only when it asked", async () => {
    for (const recording of [openAiChat.readJson(json).recording, recordingOf(stream).recording]) {
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      const body = openAiChat.replayEvents(recording, lean);
      const answer = await client(body, "text/event-stream").chat.completions.create({ ...params, stream: true });
      for await (const chunk of answer) chunks.push(chunk);
      expect(chunks.every((chunk) => chunk.choices.length > 0 && chunk.usage !== null)).toBe(true);
    }
  });
});

describe("the official SDK and errors", () => {
  const error = { status: 502, code: "origin_truncated", message: "The origin broke off", param: "model" };

  it("throws what is said in the middle of a stream", async () => {
    const started = recordingOf(read("text.sse").subarray(0, 1000)).recording.body;
    const body = Uint8Array.of(...started, ...openAiChat.renderError(error, "event"));
    const answer = await client(body, "text/event-stream").chat.completions.create({ ...params, stream: true });
    await expect(async () => {
      for await (const _ of answer);
    }).rejects.toMatchObject({
      code: "origin_truncated",
      type: "api_error",
      param: "model",
      message: "The origin broke off",
    });
  });

  it("throws what is said in a body", async () => {
    const answer = client(openAiChat.renderError(error, "json"), "application/json", 502).chat.completions.create(
      params,
    );
    await expect(answer).rejects.toMatchObject({
      status: 502,
      code: "origin_truncated",
      type: "api_error",
      param: "model",
    });
  });
});
