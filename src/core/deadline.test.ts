import { describe, expect, it } from "vitest";
import { type Clock, ManualClock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { isPromise } from "./maybe-promise.ts";

/** Timers see the time at which they are fired, as in a process that was held up. */
class BusyClock implements Clock {
  #now = 0;
  #timers: { readonly dueAt: number; readonly action: () => void }[] = [];

  now = (): number => this.#now;
  monotonic = (): number => this.#now;

  after(delayMs: number, action: () => void): () => void {
    const timer = { dueAt: this.#now + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(durationMs: number): void {
    this.#now += durationMs;
    const due = this.#timers.filter(({ dueAt }) => dueAt <= this.#now);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const { action } of due) action();
  }
}

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

  it("takes what has arrived while the process was busy past the deadline", async () => {
    const clock = new BusyClock();
    const reply = Promise.withResolvers<string>();
    const never = withDeadline(new Promise<string>(() => {}), 50, clock, () => "replacement");
    const answer = withDeadline(reply.promise, 50, clock, () => "replacement");
    clock.advance(200);
    // What lay in the socket's buffer is read after the timers of the turn.
    reply.resolve("arrived");
    await reply.promise;
    clock.advance(1);
    expect(await answer).toBe("arrived");
    expect(await never).toBe("replacement");
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
