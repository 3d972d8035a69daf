import { describe, expect, it } from "vitest";
import { ManualClock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { isPromise } from "./maybe-promise.ts";

describe("withDeadline", () => {
  it("hands a ready value through without a promise", () => {
    const clock = new ManualClock();
    const value = { here: true };
    expect(withDeadline(value, 50, clock, () => ({ here: false }))).toBe(value);
  });

  it("gives the answer that comes in time, and cancels its timer", async () => {
    const clock = new ManualClock();
    let timeouts = 0;
    const answer = withDeadline(Promise.resolve("early"), 50, clock, () => {
      timeouts += 1;
      return "late";
    });
    expect(isPromise(answer)).toBe(true);
    expect(await answer).toBe("early");
    clock.advance(1_000);
    expect(timeouts).toBe(0);
  });

  it("gives the replacement when the answer does not come", async () => {
    const clock = new ManualClock();
    const answer = withDeadline(new Promise<string>(() => {}), 50, clock, () => "replacement");
    clock.advance(50);
    expect(await answer).toBe("replacement");
  });

  it("rejects with what the replacement throws", async () => {
    const clock = new ManualClock();
    const answer = withDeadline(new Promise<string>(() => {}), 50, clock, () => {
      throw new Error("too slow");
    });
    clock.advance(50);
    await expect(answer).rejects.toThrow("too slow");
  });

  it("drops an answer and a rejection that come too late", async () => {
    const clock = new ManualClock();
    const late = Promise.withResolvers<string>();
    const failing = Promise.withResolvers<string>();
    const first = withDeadline(late.promise, 50, clock, () => "replacement");
    const second = withDeadline(failing.promise, 50, clock, () => "replacement");
    clock.advance(50);
    late.resolve("late");
    failing.reject(new Error("late"));
    expect(await first).toBe("replacement");
    expect(await second).toBe("replacement");
  });

  it("passes an early rejection on", async () => {
    const clock = new ManualClock();
    await expect(withDeadline(Promise.reject(new Error("broken")), 50, clock, () => "")).rejects.toThrow("broken");
  });
});
