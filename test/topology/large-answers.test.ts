import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import { isIntact, readResponse, setUp, turns, until } from "./cache-harness.ts";

/** Answers beyond `maxEntryBytes` reach everybody whole and are not stored (S5, too_large). */

const stream = { stream: true };
const policy = { maxEntryBytes: 2_048 };
const long = { words: 2_000 };

describe("an answer that is too large to keep", () => {
  it.each([
    ["in one piece", {}],
    ["as a stream", stream],
  ])("%s passes through whole and unstored", async (_, form) => {
    const { origin, read, eventsOf: events } = await setUp({ policy });
    origin.plan(long);
    for (let count = 1; count <= 2; count++) {
      const reading = await read(form);
      expect(reading).toMatchObject({ status: 200, outcome: "MISS" });
      expect(reading.raw.length).toBeGreaterThan(10_000);
      expect(isIntact(reading)).toBe(true);
      expect(origin.callCount).toBe(count);
    }
    expect(events("entry-refuse").map(({ reason }) => reason)).toEqual(["too_large", "too_large"]);
  });

  it.each([
    ["in one piece, for a leader and followers in both forms", {}, "headers"],
    ["as a stream, for a leader and followers in both forms", stream, "headers"],
    ["as a stream that began before the followers joined", stream, 3],
  ] as const)("%s, is whole for all of them", async (_, form, at) => {
    const { origin, ask, eventsOf: events } = await setUp({ policy });
    const gate = new Gate();
    origin.plan({ ...long, holds: [{ at, gate }] });
    const leader = ask(form).then(readResponse);
    await gate.reached();
    const followers = [{}, stream, {}, stream].map((other) => ask(other).then(readResponse));
    await until(() => events("flight-join").length === 4);
    gate.release();
    const readings = await Promise.all([leader, ...followers]);
    for (const reading of readings) {
      expect(reading.status).toBe(200);
      expect(isIntact(reading)).toBe(true);
    }
    const types = readings.slice(1).map(({ headers }) => headers.get("content-type")?.split(";")[0]);
    expect(types).toEqual(["application/json", "text/event-stream", "application/json", "text/event-stream"]);
    expect((await ask(form).then(readResponse)).outcome).toBe("MISS");
  });

  it("is asked for anew by who comes when it can no longer be joined", async () => {
    const { origin, ask } = await setUp({ policy });
    const gate = new Gate();
    origin.plan({ ...long, holds: [{ at: 1_500, gate }] });
    const leader = ask(stream).then(readResponse);
    await gate.reached();
    await turns();
    const late = ask(stream).then(readResponse);
    await origin.waitForCalls(2);
    gate.release();
    expect(isIntact(await leader)).toBe(true);
    expect(isIntact(await late)).toBe(true);
  });

  it("makes the origin wait for a reader that does not read, and goes on when it does (S5)", async () => {
    const { origin, ask } = await setUp({ policy });
    origin.plan({ words: 60_000 });
    const response = await ask(stream);
    await turns(2_000);
    const [call] = origin.calls;
    expect(await Promise.race([call?.ended, turns(100).then(() => "under way")])).toBe("under way");
    expect(isIntact(await readResponse(response))).toBe(true);
    expect(await call?.ended).toBe("complete");
  });
});

describe("an error that is larger than an entry may be", () => {
  it("is an error all the same: what is kept in reserve answers in its place (U2)", async () => {
    const { clock, origin, read } = await setUp({ policy: { ...policy, ttl: "1m", staleIfError: "1h" } });
    const first = await read();
    clock.advance(61_000);
    origin.plan({ status: 500, body: { error: { message: "x".repeat(10_000) } } });
    expect(await read()).toMatchObject({ status: 200, outcome: "STALE", reason: "sie", text: first.text });
  });

  it("about the usage we asked for is one, too, and the origin is asked again without", async () => {
    const { origin, read } = await setUp({ policy });
    origin.plan(({ json }) =>
      "stream_options" in (json as object)
        ? { status: 400, body: { error: { message: `unknown field stream_options ${" ".repeat(5_000)}` } } }
        : {},
    );
    expect(isIntact(await read(stream))).toBe(true);
    expect(origin.callCount).toBe(2);
    expect(isIntact(await read({ ...stream, temperature: 1 }))).toBe(true);
    expect(origin.callCount).toBe(3);
  });

  it("that has nothing to do with it is passed on whole", async () => {
    const { origin, read } = await setUp({ policy });
    const body = { error: { message: "x".repeat(10_000) } };
    origin.plan({ status: 400, body });
    expect(await read(stream)).toMatchObject({ status: 400, raw: JSON.stringify(body) });
    expect(origin.callCount).toBe(1);
  });
});
