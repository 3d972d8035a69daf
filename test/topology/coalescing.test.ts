import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { eventsOf, isIntact, readResponse, setUp, turns, until } from "./cache-harness.ts";

/** One origin call, however many ask at the same time (N1, S1, S2, S3, S21, S22, N7, N8, I6). */

const stream = { stream: true };
const atHeaders = (gate: Gate) => ({ holds: [{ at: "headers" as const, gate }] });

describe("1,000 identical calls at once", () => {
  it.each([
    ["in one piece", {}, "headers"],
    ["as streams", stream, 3],
  ] as const)("%s are one call to the origin and 1,000 same answers (N1, I6)", async (_, body, at) => {
    const { origin, read, eventsOf: events } = await setUp();
    const gate = new Gate();
    origin.plan({ holds: [{ at, gate }] });
    const all = Array.from({ length: 1_000 }, () => read(body));
    await gate.reached();
    await until(() => events("flight-join").length === 999, "999 followers");
    gate.release();
    const readings = await Promise.all(all);
    expect(origin.callCount).toBe(1);
    expect(new Set(readings.map(({ raw }) => raw)).size).toBe(1);
    expect(isIntact(readings[0] as never)).toBe(true);
    const outcomes = readings.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "COALESCED")).toHaveLength(999);
    expect(readings.filter(({ headers }) => headers.get("cache-status")?.includes("; collapsed"))).toHaveLength(999);
    expect(events("call-end")).toHaveLength(1_000);
    expect((await read(body)).outcome).toBe("HIT");
  });
});

describe("followers", () => {
  it("that join half-way get what has come at once, then live events, and the same text (S3)", async () => {
    const { origin, ask, eventsOf: events } = await setUp();
    const gate = new Gate();
    origin.plan({ words: 40, holds: [{ at: 20, gate }] });
    const leader = await ask(stream);
    await gate.reached();
    const follower = await ask(stream);
    const reader = (follower.body as ReadableStream<Uint8Array>).getReader();
    let early = "";
    await until(() => events("flight-join").length === 1);
    while (eventsOf(early).length < 20) early += Buffer.from((await reader.read()).value ?? []).toString("utf8");
    expect(eventsOf(early)).toHaveLength(20);
    gate.release();
    for (let step = await reader.read(); !step.done; step = await reader.read())
      early += Buffer.from(step.value).toString("utf8");
    const whole = await readResponse(leader);
    expect(isIntact(whole)).toBe(true);
    expect(early).toBe(whole.raw);
    expect(origin.callCount).toBe(1);
  });

  it("get each form they asked for, of one call (S16)", async () => {
    const { origin, read, eventsOf: events } = await setUp();
    for (const leader of [{}, stream]) {
      const gate = new Gate();
      origin.plan(atHeaders(gate));
      const messages = { messages: [{ role: "user", content: JSON.stringify(leader) }] };
      const joined = events("flight-join").length;
      const calls = origin.callCount;
      const all = [leader, {}, stream, { ...stream, stream_options: { include_usage: true } }].map((form) =>
        read({ ...messages, ...form }),
      );
      await until(() => events("flight-join").length === joined + 3);
      gate.release();
      const readings = await Promise.all(all);
      expect(readings.every(isIntact)).toBe(true);
      expect(new Set(readings.map(({ text }) => text)).size).toBe(1);
      expect(readings[1]?.headers.get("content-type")).toBe("application/json");
      expect(readings[2]?.headers.get("content-type")).toMatch(/^text\/event-stream/);
      expect(readings[2]?.raw).not.toContain("prompt_tokens");
      expect(readings[3]?.raw).toContain("prompt_tokens");
      expect(origin.callCount).toBe(calls + 1);
    }
  });

  it("do not see the headers that were meant for the leader alone", async () => {
    const { origin, read, eventsOf: events } = await setUp();
    const gate = new Gate();
    origin.plan({ ...atHeaders(gate), headers: { "set-cookie": ["a=1", "b=2"], "x-ratelimit-remaining": "7" } });
    const [leader, follower] = [read(), read()];
    await until(() => events("flight-join").length === 1);
    gate.release();
    expect((await leader).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect((await leader).headers.get("x-ratelimit-remaining")).toBe("7");
    const { headers } = await follower;
    expect([headers.getSetCookie(), headers.get("x-ratelimit-remaining"), headers.get("x-request-id")]).toEqual([
      [],
      null,
      null,
    ]);
    expect((await read()).headers.getSetCookie()).toEqual([]);
  });

  it("go on when the leader leaves in the middle, and the answer is stored (S1)", async () => {
    const { origin, ask, read, eventsOf: events } = await setUp();
    const gate = new Gate();
    origin.plan({ holds: [{ at: 5, gate }] });
    const leaving = new AbortController();
    const leader = readResponse(await ask(stream, { signal: leaving.signal }));
    await gate.reached();
    const followers = [read(stream), read(stream)];
    await until(() => events("flight-join").length === 2);
    leaving.abort();
    expect((await leader).error).toBe(leaving.signal.reason);
    gate.release();
    for (const follower of await Promise.all(followers)) expect(isIntact(follower)).toBe(true);
    expect(await origin.calls[0]?.ended).toBe("complete");
    expect(origin.callCount).toBe(1);
    expect((await read(stream)).outcome).toBe("HIT");
  });

  it("go on when the leader leaves before the first byte (S21)", async () => {
    const { origin, ask, read, eventsOf: events } = await setUp();
    const gate = new Gate();
    origin.plan(atHeaders(gate));
    const leaving = new AbortController();
    const leader = ask({}, { signal: leaving.signal });
    const follower = read();
    await until(() => events("flight-join").length === 1);
    await origin.waitForCalls(1);
    leaving.abort();
    await expect(leader).rejects.toBe(leaving.signal.reason);
    gate.release();
    expect(isIntact(await follower)).toBe(true);
    expect(origin.calls[0]?.aborted).toBe(false);
  });
});

describe("when all callers have gone", () => {
  it.each([
    ["before the first byte (S21)", {}, "headers"],
    ["in the middle of a stream (S2)", stream, 5],
  ] as const)("%s, the origin is hung up on and nothing is stored", async (_, body, at) => {
    const { origin, ask, read } = await setUp();
    const gate = new Gate();
    origin.plan({ holds: [{ at, gate }] });
    const controllers = [new AbortController(), new AbortController()];
    const all = controllers.map(async ({ signal }) => readResponse(await ask(body, { signal })));
    const settled = Promise.allSettled(all);
    await gate.reached();
    await turns();
    controllers[0]?.abort();
    await turns();
    expect(origin.calls[0]?.aborted).toBe(false);
    controllers[1]?.abort();
    expect(await origin.calls[0]?.ended).toBe("aborted");
    await settled;
    origin.plan(undefined);
    expect(await read(body)).toMatchObject({ outcome: "MISS", error: undefined });
    expect(origin.callCount).toBe(2);
  });

  it("a caller that stops reading is one that has gone", async () => {
    const { origin, ask } = await setUp();
    const gate = new Gate();
    origin.plan({ holds: [{ at: 5, gate }] });
    const response = await ask(stream);
    await gate.reached();
    await response.body?.cancel();
    expect(await origin.calls[0]?.ended).toBe("aborted");
  });

  it("a signal used for many calls keeps nothing of them", async () => {
    const { ask } = await setUp();
    const controller = new AbortController();
    let listening = 0;
    const add = controller.signal.addEventListener.bind(controller.signal);
    const remove = controller.signal.removeEventListener.bind(controller.signal);
    const spied = Object.assign(controller.signal, {
      addEventListener: (...given: Parameters<typeof add>) => {
        listening++;
        add(...given);
      },
      removeEventListener: (...given: Parameters<typeof remove>) => {
        listening--;
        remove(...given);
      },
    });
    for (const body of [{}, stream, {}, stream, { temperature: 1 }]) {
      expect((await readResponse(await ask(body, { signal: spied }))).status).toBe(200);
    }
    expect(listening).toBe(0);
  });
});

describe("a failing leader", () => {
  it.each([
    ["429", { status: 429, headers: { "retry-after": "1" } }, 429],
    ["500", { status: 500 }, 500],
    ["a reset", { cut: { afterBytes: 0, how: "rst" as const } }, 502],
  ])(
    "with 100 followers: %s is one origin call, shared by all, and stands for the back-off (S22)",
    async (_, plan, status) => {
      const { clock, origin, read, eventsOf: events } = await setUp();
      const gate = new Gate();
      origin.plan({ ...plan, ...atHeaders(gate) });
      const all = Array.from({ length: 101 }, () => read());
      await until(() => events("flight-join").length === 100);
      await gate.reached();
      gate.release();
      const readings = await Promise.all(all);
      expect(origin.callCount).toBe(1);
      // A reset may overtake the head of the answer; then there is no response at all.
      const statusOf = (reading: (typeof readings)[0]) => (reading.status === 0 ? 502 : reading.status);
      expect(readings.every((reading) => statusOf(reading) === status)).toBe(true);
      if (status === 429) expect(readings.every(({ headers }) => headers.get("retry-after") === "1")).toBe(true);
      const told = ({ raw, error }: (typeof readings)[0]) => ((error as Error) ?? JSON.parse(raw).error).message;
      expect(readings.every((reading) => typeof told(reading) === "string")).toBe(true);

      clock.advance(249);
      expect(statusOf(await read())).toBe(status);
      expect(origin.callCount).toBe(1);
      clock.advance(1);
      origin.plan(undefined);
      expect(await read()).toMatchObject({ status: 200, outcome: "MISS" });
      expect(origin.callCount).toBe(2);
    },
  );

  it("without followers is not held against the next caller", async () => {
    const { origin, read } = await setUp();
    origin.plan([{ status: 500 }]);
    expect((await read()).status).toBe(500);
    expect(await read()).toMatchObject({ status: 200, outcome: "MISS" });
  });

  it("that broke a promise of the caller's own (400) is passed on and asked again", async () => {
    const { origin, read } = await setUp();
    origin.plan({ status: 400 });
    for (let count = 1; count <= 2; count++) {
      expect(await read()).toMatchObject({ status: 400, outcome: "MISS", reason: "error_status" });
      expect(origin.callCount).toBe(count);
    }
  });
});

describe("calls that must not join", () => {
  it("no-store never does, in either order (N7)", async () => {
    for (const [first, second] of [
      [{}, { "cache-control": "no-store" }],
      [{ "cache-control": "no-store" }, {}],
      [{ "cache-control": "no-store" }, { "cache-control": "no-store" }],
    ] as const) {
      const { origin, read } = await setUp();
      const gate = new Gate();
      let order = 0;
      origin.plan(() => ({ salt: String(order++), holds: [{ at: "headers", gate }] }));
      const leader = read({}, { headers: first });
      await origin.waitForCalls(1);
      const other = read({}, { headers: second });
      await origin.waitForCalls(2);
      gate.release();
      const readings = await Promise.all([leader, other]);
      expect(readings[0]?.text).not.toBe(readings[1]?.text);
      const shared = readings.find((_, index) => [first, second][index]?.["cache-control"] === undefined);
      origin.plan(undefined);
      const next = await read();
      if (shared === undefined) expect(next.outcome).toBe("MISS");
      else expect(next).toMatchObject({ outcome: "HIT", text: shared.text });
    }
  });

  it("other credentials, other users where the policy says so (N8, N2)", async () => {
    const { origin, read } = await setUp({ policy: { perUser: true } });
    const gate = new Gate();
    origin.plan(atHeaders(gate));
    const whom = [
      { authorization: "Bearer one" },
      { authorization: "Bearer two" },
      { "x-ai-user": "u1" },
      { "x-ai-user": "u2" },
      { "x-ai-user": "u2" },
    ];
    const all = whom.map((headers) => read({}, { headers: headers as Record<string, string> }));
    await origin.waitForCalls(4);
    await turns();
    gate.release();
    await Promise.all(all);
    expect(origin.callCount).toBe(4);
  });
});
