import { describe, expect, it } from "vitest";
import { ManualClock } from "./clock.ts";
import { sleep } from "./sleep.ts";

async function isOver(sleeping: Promise<void>): Promise<boolean> {
  return Promise.race([sleeping.then(() => true), Promise.resolve().then(() => Promise.resolve(false))]);
}

describe("sleep", () => {
  it("is over when its time is, and not before", async () => {
    const clock = new ManualClock();
    const sleeping = sleep(clock, 100);
    clock.advance(99);
    expect(await isOver(sleeping)).toBe(false);
    clock.advance(1);
    expect(await isOver(sleeping)).toBe(true);
  });

  it("is over when it is broken off, at once where that was before", async () => {
    const clock = new ManualClock();
    const ended = new AbortController();
    const sleeping = sleep(clock, 100, ended.signal);
    expect(await isOver(sleeping)).toBe(false);
    ended.abort();
    expect(await isOver(sleeping)).toBe(true);
    expect(await isOver(sleep(clock, 100, ended.signal))).toBe(true);
  });
});
