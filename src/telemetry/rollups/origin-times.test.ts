import { describe, expect, it } from "vitest";
import { OriginTimes } from "./origin-times.ts";

const end = (model: string, durationMs: number, stream = false, result = 200) => ({
  model,
  stream,
  result,
  durationMs,
});
const whole = (waitedMs: number) => ({ stream: false, waitedMs });

describe("OriginTimes", () => {
  it("takes the median of the model's last answers, without what was waited", () => {
    const times = new OriginTimes();
    for (const durationMs of [900, 1_000, 60_000]) times.hear(end("m", durationMs));
    expect(times.saved("m", whole(0.4))).toBe(1_000);
    expect(times.saved("m", whole(250.6))).toBe(749);
    for (let answer = 0; answer < 31; answer++) times.hear(end("m", 200));
    expect(times.saved("m", whole(0))).toBe(200);
  });

  it("never tells less than nothing, and nothing where none was measured", () => {
    const times = new OriginTimes();
    times.hear(end("m", 100));
    times.hear(end("m", 5, false, 429));
    expect(times.saved("m", whole(150))).toBe(0);
    expect(times.saved("m", { stream: true, waitedMs: 1 })).toBeUndefined();
    expect(times.saved("n", whole(1))).toBeUndefined();
    expect(times.saved("m", undefined)).toBeUndefined();
  });

  it("measures streams apart", () => {
    const times = new OriginTimes();
    times.hear(end("m", 100));
    times.hear(end("m", 4_000, true));
    expect(times.saved("m", whole(0))).toBe(100);
    expect(times.saved("m", { stream: true, waitedMs: 0 })).toBe(4_000);
  });

  it("forgets the model that was measured longest ago when there are too many", () => {
    const times = new OriginTimes();
    times.hear(end("first", 10));
    times.hear(end("second", 10));
    times.hear(end("first", 10));
    for (let model = 0; model < 199; model++) times.hear(end(`m${model}`, 10));
    expect(times.saved("second", whole(0))).toBeUndefined();
    expect(times.saved("first", whole(0))).toBe(10);
  });
});
