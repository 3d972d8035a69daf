import { describe, expect, it } from "vitest";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { eventsOf, question, setUpResponses, stream, weather } from "./responses-harness.ts";

/** OpenAI responses that a library cache passes on and does not store: refusals, failures, cuts. */

describe("what is not stored", () => {
  it.each<[string, PlannedReply, string]>([
    ["a cut by the token limit", { finishReason: "max_output_tokens" }, "finish_length"],
    ["a cut by the content filter", { finishReason: "content_filter" }, "content_filter"],
    ["a refusal", { refusal: "I will not." }, "refusal"],
    ["a refusal after some text", { content: "Well, ", refusal: "I will not." }, "refusal"],
    ["a failed response", { finishReason: "failed" }, "error_body"],
    ["no end of its own", { finishReason: null }, "truncated"],
    ["arguments that break off", { toolCalls: [{ name: "weather", arguments: '{"city": "Be' }] }, "invalid_json"],
    ["one of two calls that breaks off", { toolCalls: brokenPair() }, "invalid_json"],
    ["a tool nobody offered", { toolCalls: [{ name: "rm", arguments: "{}" }] }, "schema_mismatch"],
    ["a custom tool nobody offered", { toolCalls: [{ name: "rm", arguments: "x", custom: true }] }, "schema_mismatch"],
    ["arguments of another shape", { toolCalls: [{ name: "weather", arguments: '{"city":1}' }] }, "schema_mismatch"],
    ["nothing said", { content: "" }, "schema_mismatch"],
    ["thoughts and nothing else", { content: "", reasoning: "hm" }, "schema_mismatch"],
    ["another model", { model: "gpt-5-nano" }, "model_mismatch"],
  ])("%s, which is passed on", async (_, plan, reason) => {
    const { origin, responses, eventsOf: traced } = await setUpResponses();
    origin.plan(plan);
    const asked = { tools: [weather] };
    expect(await responses(asked)).toMatchObject({ outcome: "MISS", status: 200, reason });
    const streamed = await responses({ ...asked, ...stream });
    expect(streamed).toMatchObject({ outcome: "MISS", status: 200, error: undefined });
    expect(eventsOf(streamed.raw).at(-1)?.type).toMatch(/^response\.(completed|incomplete|failed)$/);
    expect(traced("entry-refuse").map((event) => event.reason)).toEqual([reason, reason]);
    expect(origin.callCount).toBe(2);
  });

  it("structured output that does not fit its schema", async () => {
    const { origin, responses, eventsOf: traced } = await setUpResponses();
    const schema = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] };
    const body = { text: { format: { type: "json_schema", name: "a", schema } } };
    origin.plan([{ content: '{"answer":1}' }, { content: '{"answer":' }]);
    expect((await responses(body)).reason).toBe("schema_mismatch");
    expect((await responses(body)).reason).toBe("invalid_json");
    expect((await responses({ ...body, ...stream })).outcome).toBe("MISS");
    expect((await responses(body)).outcome).toBe("HIT");
    expect(traced("entry-refuse")).toHaveLength(2);
  });

  it("a stream with an error in it, which is passed on in the origin's words", async () => {
    const { origin, responses, eventsOf: traced } = await setUpResponses();
    const error = { code: "rate_limit_exceeded", message: "Slow down", param: null };
    origin.plan({ errorEvent: { atChunk: 4, error } });
    const failed = await responses(stream);
    expect(failed).toMatchObject({ outcome: "MISS", status: 200 });
    expect(eventsOf(failed.raw).filter(({ type }) => type === "error")).toEqual([
      { type: "error", sequence_number: 4, ...error },
    ]);
    expect(traced("entry-refuse").map((event) => event.reason)).toEqual(["error_body"]);
    expect((await responses(stream)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  it("an error with the status of success, and one with its own", async () => {
    const { origin, responses } = await setUpResponses({ coalescing: { errorBackoff: "0s" } });
    const body = { error: { code: "server_error", message: "Internal" } };
    origin.plan([{ body }, { status: 500 }]);
    const hidden = await responses();
    expect([hidden.status, hidden.reason, JSON.parse(hidden.raw)]).toEqual([200, "error_body", body]);
    const down = await responses();
    expect([down.status, down.reason]).toEqual([500, "error_status"]);
    expect((await responses()).outcome).toBe("MISS");
  });
});

function brokenPair() {
  return ["{}", "{"].map((text) => ({ name: "weather", arguments: text }));
}

describe("a stream that is cut, at any byte", () => {
  const text = 'ü🌊 "\\';
  const item = {
    id: "m",
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text }],
  };
  const response = (status: string, more: object) => ({ id: "r", model: question.model, status, ...more });
  const place = { item_id: "m", output_index: 0, content_index: 0 };
  const usage = { input_tokens: 1, output_tokens: 1 };
  const blocks = [
    { type: "response.created", response: response("in_progress", { output: [] }) },
    { type: "response.output_text.delta", ...place, delta: text },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: response("completed", { output: [item], usage }) },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const body = new TextEncoder().encode(blocks.join(""));
  const plan = { body, headers: { "content-type": "text/event-stream", "content-length": null } } as const;

  it.each(["fin", "rst"] as const)("is never stored (%s)", async (how) => {
    const { origin, responses, eventsOf: traced } = await setUpResponses();
    for (let afterBytes = 0; afterBytes < body.length; afterBytes++) {
      origin.plan({ ...plan, cut: { afterBytes, how } });
      // A connection that is reset before its first byte came is an origin that cannot be reached.
      const reading = await responses(stream).catch((error: unknown) => ({ outcome: "MISS", raw: "", error }) as const);
      expect(reading.outcome, `byte ${afterBytes}`).toBe("MISS");
      expect(reading.error, `byte ${afterBytes}`).toBeInstanceOf(Error);
      expect(reading.raw).not.toContain("response.completed");
      if (reading.raw === "") continue;
      expect(eventsOf(reading.raw).at(-1), `byte ${afterBytes}`).toMatchObject({
        type: "error",
        code: "origin_truncated",
      });
    }
    expect(traced("entry-write")).toHaveLength(0);
    expect(origin.callCount).toBe(body.length);
    origin.plan(plan);
    expect(await responses(stream)).toMatchObject({ outcome: "MISS", error: undefined, text });
    expect(await responses()).toMatchObject({ outcome: "HIT", text });
  });

  it.each(["fin", "rst"] as const)("is stored when it was whole before (%s)", async (how) => {
    const { origin, responses } = await setUpResponses();
    origin.plan({ ...plan, cut: { how, delayMs: 5 } });
    expect(await responses(stream)).toMatchObject({ outcome: "MISS", error: undefined, text });
    expect(await responses()).toMatchObject({ outcome: "HIT", text });
    expect(origin.callCount).toBe(1);
  });
});
