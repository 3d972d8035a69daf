import { describe, expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { PacedReplay } from "./paced-replay.ts";

/** S18: the clock drives a paced replay. */

const events = ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n", "data: [DONE]\n\n"];

function replay(paceMs = 20, text = events.join("")) {
  const clock = new ManualClock();
  const stream = new PacedReplay(Buffer.from(text), paceMs, clock);
  const got: string[] = [];
  const state = { isDone: false };
  const read = async (): Promise<void> => {
    const step = await stream.next();
    if (step.done === true) state.isDone = true;
    else got.push(Buffer.from(step.value).toString());
  };
  return { clock, stream, got, state, read };
}

describe("a paced replay", () => {
  it("hands out the first event at once and each further one at its time", async () => {
    const { clock, got, state, read } = replay();
    await read();
    expect(got).toEqual(events.slice(0, 1));
    for (const count of [2, 3, 4]) {
      const reading = read();
      clock.advance(19);
      await Promise.resolve();
      expect(got).toHaveLength(count - 1);
      clock.advance(1);
      await reading;
      expect(got).toEqual(events.slice(0, count));
    }
    await read();
    expect(state.isDone).toBe(true);
  });

  it("keeps to the plan for a reader that is slow", async () => {
    const { clock, got, read } = replay();
    await read();
    clock.advance(45);
    await read();
    expect(got).toEqual([events[0], `${events[1]}${events[2]}`]);
    const reading = read();
    clock.advance(15);
    await reading;
    expect(got.at(-1)).toBe(events[3]);
  });

  it("stops, also in the middle of a wait, when the reader leaves", async () => {
    const { clock, stream, got, state, read } = replay();
    await read();
    const waiting = read();
    await stream.return();
    await waiting;
    expect(state.isDone).toBe(true);
    clock.advance(1_000);
    await read();
    expect(got).toEqual(events.slice(0, 1));
  });

  it("hands out what follows the last empty line, and a large backlog in pieces", async () => {
    const large = `data: ${"x".repeat(40_000)}\n\n`;
    const { clock, got, read } = replay(1, `${large}${large}${large}${large}data: end`);
    await read();
    clock.advance(1_000);
    await read();
    await read();
    expect(got.map(({ length }) => length)).toEqual([large.length, 2 * large.length, large.length + 9]);
  });
});
