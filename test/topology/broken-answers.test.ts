import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { eventsOf, isIntact, readResponse, setUp, until } from "./cache-harness.ts";

/** Nothing that broke off is stored or passes for whole (S6 to S10, S13, S17, S20, U4, U6, I2). */

const stream = { stream: true };
const short = { content: 'ü🌊 "x"' };

describe("a stream that is cut", () => {
  it.each(["fin", "rst"] as const)(
    "at every byte by %s is never stored and ends in an error event and an error (S6, S7)",
    async (how) => {
      const { origin, read, eventsOf: events } = await setUp();
      origin.plan(short);
      const whole = await fetch(`${origin.url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "scripted-small",
          stream: true,
          stream_options: { include_usage: true },
          messages: [{ role: "user", content: "Where is the bay? 🌊" }],
        }),
      });
      const length = (await whole.arrayBuffer()).byteLength;
      const calls = origin.callCount;
      for (let afterBytes = 0; afterBytes < length; afterBytes++) {
        origin.plan({ ...short, cut: { afterBytes, how } });
        const reading = await read(stream);
        // A reset may overtake the head of the answer; then there is no stream to break off.
        if (reading.status === 0) expect(reading.error).toBeInstanceOf(TypeError);
        else {
          expect(reading.outcome, `byte ${afterBytes}`).toBe("MISS");
          expect(reading.error, `byte ${afterBytes}`).toBeInstanceOf(Error);
          expect(eventsOf(reading.raw).at(-1)?.error, `byte ${afterBytes}`).toMatchObject({ code: "origin_truncated" });
          expect(reading.raw).not.toContain("[DONE]");
        }
        expect(origin.callCount - calls, `byte ${afterBytes}`).toBe(afterBytes + 1);
      }
      expect(events("entry-write")).toEqual([]);
      const refusals = events("entry-refuse").map(({ reason }) => reason);
      expect(new Set(refusals)).toEqual(new Set(["truncated"]));
      expect(refusals.length).toBeGreaterThan(length / 2);
      origin.plan(short);
      expect(isIntact(await read({ ...stream, temperature: 1 }))).toBe(false); // its text is ours, without a checksum
      expect(await read(stream)).toMatchObject({ outcome: "MISS", error: undefined, text: short.content });
      expect((await read(stream)).outcome).toBe("HIT");
    },
  );

  it.each(["fin", "rst"] as const)("right behind its terminal event by %s is whole, and stored (S8)", async (how) => {
    const { origin, read } = await setUp();
    origin.plan({ cut: { how } });
    const first = await read(stream);
    expect(isIntact(first)).toBe(true);
    expect(first.raw.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await read(stream)).toMatchObject({ outcome: "HIT", raw: first.raw });
  });

  it("tells its followers too, whatever form they asked for (S6)", async () => {
    const { origin, read, eventsOf: events } = await setUp();
    const gate = new Gate();
    origin.plan({ holds: [{ at: 4, gate }], cut: { afterChunks: 5, how: "fin" } });
    const [leader, streamed, whole] = [read(stream), read(stream), read()];
    await until(() => events("flight-join").length === 2);
    await gate.reached();
    gate.release();
    for (const reading of [await leader, await streamed]) {
      expect(reading.error).toBeInstanceOf(Error);
      expect(eventsOf(reading.raw).at(-1)?.error?.code).toBe("origin_truncated");
    }
    expect((await whole).status).toBe(502);
    expect(JSON.parse((await whole).raw).error.code).toBe("origin_truncated");
    expect(origin.callCount).toBe(1);
  });

  it("ends without [DONE] although all has been said: not stored", async () => {
    const { origin, read } = await setUp();
    origin.plan({ terminal: false });
    expect((await read(stream)).error).toBeInstanceOf(Error);
    expect((await read(stream)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });
});

describe("an error within a stream", () => {
  it.each([
    ["and a regular end", {}],
    ["and a cut", { cut: { afterChunks: 4, how: "fin" as const } }],
    ["and a reset", { cut: { how: "rst" as const, delayMs: 20 } }],
  ])("%s is passed on in the origin's words, once, and not stored (S9)", async (_, delivery) => {
    const { origin, read, eventsOf: events } = await setUp();
    origin.plan({
      errorEvent: { atChunk: 3, error: { message: "overloaded", code: "overloaded_error" } },
      ...delivery,
    });
    const reading = await read(stream);
    const errors = eventsOf(reading.raw).filter(({ error }) => error !== undefined);
    expect(errors.map(({ error }) => error?.code)).toEqual(["overloaded_error"]);
    expect(reading.error).toBeUndefined();
    expect(events("entry-refuse").map(({ reason }) => reason)).toEqual(["error_body"]);
    expect((await read(stream)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });
});

describe("an answer in one piece", () => {
  it("that is shorter than it says is an error, not half a body (U6)", async () => {
    const { origin, read } = await setUp();
    for (const plan of [
      { cut: { afterBytes: 50, how: "fin" as const } },
      { cut: { afterBytes: 50, how: "rst" as const } },
    ]) {
      origin.plan(plan);
      const reading = await read();
      if (reading.status === 0) expect(reading.error).toBeInstanceOf(TypeError);
      else {
        expect(reading.status).toBe(502);
        expect(JSON.parse(reading.raw).error.code).toBe("origin_truncated");
      }
    }
    expect(origin.callCount).toBe(2);
  });

  it.each([
    ["an error object", { error: { message: "no" } }, "error_body"],
    ["no choices", { id: "x", object: "chat.completion", model: "scripted-small", choices: [] }, "schema_mismatch"],
    ["HTML", "<html>busy</html>", "schema_mismatch"],
    ["null", "null", "schema_mismatch"],
    ["half a document", '{"id":"x","choices":[{', "schema_mismatch"],
  ])("with status 200 and %s is passed on and not stored (U4)", async (_, body, reason) => {
    const { origin, read } = await setUp();
    origin.plan({ body });
    const first = await read();
    expect(first).toMatchObject({ status: 200, outcome: "MISS", reason });
    expect(first.raw).toBe(typeof body === "string" ? body : JSON.stringify(body));
    await read();
    expect(origin.callCount).toBe(2);
    // Also to a caller who asked for a stream: there is nothing to play.
    expect((await read(stream)).raw).toBe(first.raw);
  });

  it.each([
    [{ finishReason: "length" }, "finish_length"],
    [{ finishReason: "content_filter" }, "content_filter"],
    [{ refusal: "no" }, "refusal"],
    [{ choices: [{}, {}, { finishReason: "length" }] }, "finish_length"],
    [{ finishReason: null }, "truncated"],
    [{ content: "" }, "schema_mismatch"],
    [{ toolCalls: [{ name: "look", arguments: '{"place": "b' }] }, "invalid_json"],
    [{ headers: { "cache-control": "no-store" } }, "upstream_no_store"],
    [{ headers: { "cache-control": "private, max-age=0" } }, "upstream_no_store"],
  ])("with %j is not stored, and says why; nor as a stream (S10, S11, S13, S15, U7)", async (plan, reason) => {
    const { origin, read, eventsOf: events } = await setUp();
    origin.plan(plan);
    const tools = [{ type: "function", function: { name: "look" } }];
    const body = { tools, n: "choices" in plan ? plan.choices.length : 1 };
    expect(await read(body)).toMatchObject({ status: 200, outcome: "MISS", reason });
    expect((await read({ ...body, ...stream })).error).toBeUndefined();
    expect(origin.callCount).toBe(2);
    expect(events("entry-refuse").map((event) => event.reason)).toEqual([reason, reason]);
    expect(events("entry-write")).toEqual([]);
  });
});

describe("an answer that is stored", () => {
  it("is the same however the network cut it into pieces, without keep-alives (S17, S20)", async () => {
    const raws = new Set<string>();
    for (const delivery of [
      {},
      { writeSizes: [1] },
      { writeSizes: [3, 7, 50] },
      { lineEnding: "\r\n" as const },
      { keepAlive: true },
    ]) {
      const { origin, read, ask } = await setUp();
      origin.plan(delivery);
      const live = await readResponse(await ask(stream));
      expect(isIntact(live)).toBe(true);
      expect(live.raw.includes(": keep-alive")).toBe("keepAlive" in delivery);
      const hit = await read(stream);
      expect(hit.outcome).toBe("HIT");
      raws.add(hit.raw);
    }
    expect(raws.size).toBe(1);
    expect([...raws][0]).not.toContain("keep-alive");
  });

  it("calls tools, if the rule allows it (S12)", async () => {
    const plan = { toolCalls: [{ name: "look", arguments: '{"place": "bay"}', id: "call_1" }] };
    const tools = [{ type: "function", function: { name: "look" } }];
    for (const toolCalls of [true, false]) {
      const { origin, read } = await setUp({ policy: { toolCalls } });
      origin.plan(plan);
      const first = await read({ tools });
      const second = await read({ tools });
      expect(second.outcome).toBe(toolCalls ? "HIT" : "MISS");
      expect(JSON.parse(second.raw).choices).toEqual(JSON.parse(first.raw).choices);
      if (!toolCalls) expect(second.reason).toBe("tool_calls");
    }
  });
});
