import { describe, expect, it } from "vitest";
import type { Charge } from "../core/allowance.ts";
import type { Answer, AnswerStream } from "../core/answer.ts";
import { OriginError } from "../core/errors.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { metered } from "./metered-answer.ts";

const usage = { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 };
const json = JSON.stringify({
  id: "c",
  object: "chat.completion",
  model: "m-1",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello there" }, finish_reason: "stop" }],
  usage,
});
const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "m-1", choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
const events = [
  chunk({ role: "assistant", content: "Hello" }),
  chunk({ content: " there" }),
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "m-1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`,
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "m-1", choices: [], usage })}\n\n`,
  "data: [DONE]\n\n",
];

function streamOf(parts: readonly string[], fault?: Error): AnswerStream {
  const iterator = (async function* () {
    for (const part of parts) yield new TextEncoder().encode(part);
    if (fault !== undefined) throw fault;
  })();
  return iterator as unknown as AnswerStream;
}

/** Reads `most` parts of the answer, and then leaves. */
async function settledBy(answer: Partial<Answer>, most = Number.POSITIVE_INFINITY) {
  const heard: Parameters<Charge["settle"]>[0][] = [];
  const whole = { status: 200, headers: {}, outcome: { kind: "bypass", reason: "no_store" }, body: new Uint8Array() };
  const { body } = metered({ ...whole, ...answer } as Answer, openAiChat, { settle: (taken) => heard.push(taken) });
  if (!(body instanceof Uint8Array)) {
    let read = 0;
    try {
      for (; read < most; read++) if ((await body.next()).done === true) break;
    } catch {
      // It broke off.
    }
    if (read >= most) await body.return();
  }
  return heard[0];
}

const asEvents = { "content-type": "text/event-stream; charset=utf-8" };
const asJson = { "content-type": "application/json" };
const told = expect.objectContaining({ inputTokens: 30, outputTokens: 12 });

describe("an answer that is passed on", () => {
  it("tells its usage at its end, in whatever pieces it came", async () => {
    const pieces = json.match(/.{1,7}/g) ?? [];
    expect(await settledBy({ headers: asJson, body: streamOf(pieces) })).toEqual({
      ...{ usage: told, model: "m-1", outputCharacters: 11, isWhole: true },
    });
    const split = events.join("").match(/.{1,9}/gs) ?? [];
    expect(await settledBy({ headers: asEvents, body: streamOf(split) })).toMatchObject({ usage: told, isWhole: true });
  });

  it("has taken what was heard of it where its caller leaves, or it breaks off", async () => {
    const part = { usage: undefined, outputCharacters: 11, isWhole: false };
    expect(await settledBy({ headers: asEvents, body: streamOf(events) }, 2)).toMatchObject(part);
    const broken = streamOf(events.slice(0, 2), new OriginError("truncated", { message: "cut" }));
    expect(await settledBy({ headers: asEvents, body: broken })).toMatchObject(part);
  });

  it("has taken nothing where it is an error, and what was expected where nobody can tell", async () => {
    const error = streamOf(['{"error":{"message":"no"}}']);
    expect(await settledBy({ status: 500, headers: asJson, body: error })).toBe("failed");
    expect(await settledBy({ headers: asJson, body: streamOf([json.slice(0, 20), json.slice(20)]) }, 1)).toBe(
      "expected",
    );
    const unreachable = new OriginError("unreachable", { message: "nobody there" });
    expect(await settledBy({ status: 502, failure: unreachable })).toBe("failed");
    const timeout = new OriginError("timeout", { message: "too slow" });
    expect(await settledBy({ status: 504, failure: timeout })).toMatchObject({ outputCharacters: 0, isWhole: false });
  });
});
