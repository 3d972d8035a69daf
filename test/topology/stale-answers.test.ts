import { describe, expect, it } from "vitest";
import { Gate } from "../../src/testing/gate.ts";
import type { OriginPlan } from "../../src/testing/scripted-plan.ts";
import { isIntact, setUp, turns, until } from "./cache-harness.ts";

/** Stale answers: while one call refreshes them, and while the origin fails (T9, U1, U2, U5, RFC 5861). */

const policy = { ttl: "1m", staleWhileRevalidate: "1m", staleIfError: "1h" } as const;
const stream = { stream: true };

describe("within stale-while-revalidate", () => {
  it("50 callers get the stale answer at once and one call refreshes it (T9)", async () => {
    const { clock, origin, read } = await setUp({ policy });
    const first = await read();
    clock.advance(60_000);
    const gate = new Gate();
    origin.generation = 1;
    origin.plan({ holds: [{ at: "headers", gate }] });
    const readings = await Promise.all(Array.from({ length: 50 }, (_, index) => read(index % 2 === 0 ? {} : stream)));
    expect(
      readings.every(({ outcome, reason, text }) => outcome === "STALE" && reason === "swr" && text === first.text),
    ).toBe(true);
    expect(readings[0]?.headers.get("cache-status")).toBe("reprise; hit; ttl=0; detail=swr");
    await origin.waitForCalls(2);
    gate.release();
    await until(() => origin.calls[1] !== undefined);
    await origin.calls[1]?.ended;
    await turns();
    const next = await read();
    expect(next.outcome).toBe("HIT");
    expect(next.text).toContain("generation-1");
    expect(origin.callCount).toBe(2);
  });

  it("a refresh by one who names no tags keeps those of the answer that it renews, and adds those of its own (N1, I3)", async () => {
    const { cache, clock, origin, read, eventsOf } = await setUp({ policy });
    const named = (tags: string) => ({ headers: { "x-ai-cache-tags": tags } });
    await read({}, named("doc:8"));
    for (const [round, init] of [{}, named("own"), {}].entries()) {
      clock.advance(60_000);
      expect((await read({}, init)).outcome).toBe("STALE");
      await until(() => eventsOf("entry-write").length === round + 2);
    }
    expect((await read()).outcome).toBe("HIT");
    await cache.invalidate({ tags: ["doc:8"] });
    expect(await read()).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
    expect(origin.callCount).toBe(5);
  });

  it.each<[string, OriginPlan]>([
    ["500", { status: 500 }],
    ["a truncated stream", { cut: { afterChunks: 2, how: "fin" } }],
    ["401", { status: 401 }],
  ])(
    "a refresh that fails (%s) leaves the stale answer and is not tried again within the back-off (T9)",
    async (_, plan) => {
      const { clock, origin, read } = await setUp({ policy });
      const first = await read(stream);
      clock.advance(60_000);
      origin.plan(plan);
      for (let round = 1; round <= 3; round++) {
        for (let count = 0; count < 5; count++) {
          expect(await read(stream)).toMatchObject({ outcome: "STALE", raw: first.raw });
          await turns(20);
        }
        await until(() => origin.callCount === 1 + round);
        await origin.calls.at(-1)?.ended;
        await turns(20);
        clock.advance(250);
      }
      clock.advance(60_000);
      origin.plan(undefined);
      expect((await read(stream)).outcome).toBe("MISS");
    },
  );

  it("is not refreshed for a caller who may not store, nor served to one who sets an age", async () => {
    const { clock, origin, read } = await setUp({ policy });
    await read();
    clock.advance(60_000);
    expect((await read({}, { headers: { "x-ai-cache": "read" } })).outcome).toBe("STALE");
    await turns();
    expect(origin.callCount).toBe(1);
    const fresh = await read({}, { headers: { "cache-control": "max-age=3600" } });
    expect(fresh).toMatchObject({ outcome: "MISS", reason: "expired" });
  });
});

describe("when the origin fails", () => {
  const failures: readonly (readonly [string, OriginPlan])[] = [
    ["429", { status: 429, headers: { "retry-after": "7" } }],
    ["500", { status: 500 }],
    ["502", { status: 502, body: "<h1>Bad gateway</h1>" }],
    ["503", { status: 503 }],
    ["504", { status: 504 }],
    ["529", { status: 529 }],
    ["a reset", { cut: { afterBytes: 0, how: "rst" } }],
    ["half an answer", { cut: { afterBytes: 100, how: "fin" } }],
  ];

  it.each(failures)("with %s, an entry within stale-if-error answers, and says so (U1, U2)", async (_, plan) => {
    const { clock, origin, read } = await setUp({ policy: { ...policy, staleWhileRevalidate: 0 } });
    const first = await read();
    clock.advance(60_000 + 3_600_000 - 1);
    origin.plan(plan);
    const stale = await read();
    expect(stale).toMatchObject({ status: 200, outcome: "STALE", reason: "sie", raw: first.raw });
    expect(stale.headers.get("cache-status")).toBe("reprise; hit; ttl=-3600; detail=sie");
    expect(stale.headers.get("age")).toBe("3659");
    // The origin is not asked again by everybody while it fails.
    for (let count = 0; count < 5; count++) expect((await read()).outcome).toBe("STALE");
    expect(origin.callCount).toBe(2);
    clock.advance(249);
  });

  it.each(failures)("with %s, an entry beyond stale-if-error does not answer (U1, U2)", async (_, plan) => {
    const { clock, origin, read } = await setUp({ policy: { ...policy, staleWhileRevalidate: 0 } });
    await read();
    clock.advance(60_000 + 3_600_000);
    origin.plan(plan);
    const failed = await read();
    expect(failed.status).toBeGreaterThanOrEqual(429);
    if (failed.status === 429) expect(failed.headers.get("retry-after")).toBe("7");
    origin.plan(undefined);
    expect(await read()).toMatchObject({ status: 200, outcome: "MISS" });
    expect((await read()).outcome).toBe("HIT");
  });

  it("is asked again when the back-off is over, and a fresh answer takes the place of the stale one", async () => {
    const { clock, origin, read } = await setUp({ policy: { ...policy, staleWhileRevalidate: 0 } });
    await read();
    clock.advance(61_000);
    origin.plan([{ status: 500 }]);
    expect((await read()).outcome).toBe("STALE");
    clock.advance(249);
    expect((await read()).outcome).toBe("STALE");
    expect(origin.callCount).toBe(2);
    clock.advance(1);
    expect((await read()).outcome).toBe("MISS");
    expect((await read()).outcome).toBe("HIT");
    expect(origin.callCount).toBe(3);
  });

  it("with a timeout it is the same, and rejects as fetch does without an entry (U5)", async () => {
    const timeouts: AbortController[] = [];
    const { clock, origin, read } = await setUp({
      policy: { ...policy, staleWhileRevalidate: 0 },
      fetch: (input, init) => {
        const timeout = new AbortController();
        timeouts.push(timeout);
        const signals = [timeout.signal, ...(init?.signal ? [init.signal] : [])];
        return fetch(input, { ...init, signal: AbortSignal.any(signals) });
      },
    });
    const first = await read();
    clock.advance(61_000);
    const hang = async (count: number) => {
      origin.plan({ holds: [{ at: "headers", gate: new Gate() }] });
      await origin.waitForCalls(count);
      timeouts.at(-1)?.abort(new DOMException("too slow", "TimeoutError"));
    };
    const [stale] = await Promise.all([read(), hang(2)]);
    expect(stale).toMatchObject({ status: 200, outcome: "STALE", reason: "sie", text: first.text });
    const [failed] = await Promise.all([read({ temperature: 1 }), hang(3)]);
    expect(failed).toMatchObject({ status: 0, error: { name: "TimeoutError" } });
    // Whoever comes next leads a new call.
    origin.plan(undefined);
    expect(isIntact(await read({ temperature: 1 }))).toBe(true);
  });

  it("that cannot be reached at all rejects as fetch does", async () => {
    const { origin, read } = await setUp();
    await origin.close();
    const failed = await read();
    expect(failed.error).toBeInstanceOf(TypeError);
    expect(failed.error).toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("with what is the caller's own fault, nothing stands in (U3)", async () => {
    for (const status of [400, 401, 403, 404, 422]) {
      const { clock, origin, read } = await setUp({ policy: { ...policy, staleWhileRevalidate: 0 } });
      await read();
      clock.advance(61_000);
      origin.plan({ status });
      expect((await read()).status).toBe(status);
      expect((await read()).status).toBe(status);
      expect(origin.callCount).toBe(3);
    }
  });
});

describe("expiry", () => {
  it("spreads over the jitter, and each key is computed once however many ask (T8)", async () => {
    const { clock, origin, read } = await setUp({ policy: { ttl: "100s", staleIfError: 0, ttlJitter: 0.5 } });
    const keys = Array.from({ length: 40 }, (_, seed) => ({ seed }));
    await Promise.all(keys.map((key) => read(key)));
    const aliveAfter = async (ms: number) => {
      clock.advance(ms);
      const readings = await Promise.all(
        keys.map((key) => read(key, { headers: { "cache-control": "only-if-cached" } })),
      );
      return readings.filter(({ outcome }) => outcome === "HIT").length;
    };
    expect(await aliveAfter(49_000)).toBe(40);
    const half = await aliveAfter(26_000);
    expect(half).toBeGreaterThan(8);
    expect(half).toBeLessThan(32);
    expect(await aliveAfter(25_001)).toBe(0);
    expect(origin.callCount).toBe(40);
    await Promise.all(keys.flatMap((key) => Array.from({ length: 10 }, () => read(key))));
    expect(origin.callCount).toBe(80);
  });
});
