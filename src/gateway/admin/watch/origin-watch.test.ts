import { expect, test } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import type { TraceEvent } from "../../../core/trace.ts";
import { OriginWatch } from "./origin-watch.ts";

type OriginEnd = Extract<TraceEvent, { type: "origin-end" }>;

const end = (result: OriginEnd["result"], durationMs = 10, originId = "http://one"): OriginEnd => ({
  ...{ type: "origin-end", originId, protocol: "openai-chat", model: "m", stream: false, originCall: {} },
  ...{ result, durationMs },
});

test("counts requests and errors, and knows how long good answers took", () => {
  const watch = new OriginWatch(new ManualClock(1_000));
  expect(watch.of("http://one")).toBeUndefined();
  for (let ms = 1; ms <= 100; ms++) watch.hear(end(200, ms));
  for (const result of [429, 500, "timeout", "unreachable"] as const) watch.hear(end(result, 9_999));
  watch.hear(end(404, 50));
  expect(watch.of("http://one")).toMatchObject({ requests: 105, errors: 4, latency: { p50: 50, p95: 95 } });
});

test("only the last answers count for the latency", () => {
  const watch = new OriginWatch(new ManualClock());
  for (let index = 0; index < 600; index++) watch.hear(end(200, 1_000));
  for (let index = 0; index < 512; index++) watch.hear(end(200, 5));
  expect(watch.of("http://one")?.latency).toEqual({ p50: 5, p95: 5 });
});

test("fails and is well again since the call that showed it; who hung up has shown nothing", () => {
  const clock = new ManualClock(1_000);
  const watch = new OriginWatch(clock);
  watch.hear(end(200));
  clock.advance(10);
  watch.hear(end("timeout"));
  clock.advance(5);
  watch.hear(end(503));
  watch.hear(end("aborted"));
  expect(watch.of("http://one")).toMatchObject({ isFailing: false, since: 1_000, requests: 3 });
  clock.advance(5);
  watch.hear(end("unreachable"));
  expect(watch.of("http://one")).toMatchObject({ isFailing: true, since: 1_010, requests: 4 });
  clock.advance(10);
  watch.hear(end(200));
  expect(watch.of("http://one")).toMatchObject({ isFailing: false, since: 1_030 });
});

test("one failed call in a while is no failing origin, as when one replica of several fails", () => {
  const watch = new OriginWatch(new ManualClock());
  for (const result of [503, 200, "timeout", 500, 200, "unreachable"] as const) {
    watch.hear(end(result));
    expect(watch.of("http://one")?.isFailing).toBe(false);
  }
});

test("an origin that only ever failed has no latency", () => {
  const watch = new OriginWatch(new ManualClock());
  for (let time = 0; time < 3; time++) watch.hear(end("unreachable"));
  expect(watch.of("http://one")).toMatchObject({ requests: 3, errors: 3, isFailing: true, latency: undefined });
});
