import { expect, test } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { Pieces } from "./pieces.ts";

/** Works through steps that take so many milliseconds each; answers how long each piece was. */
async function piecesOf(steps: readonly number[]): Promise<readonly number[]> {
  const clock = new ManualClock();
  const lengths: number[] = [];
  let startedAt = clock.monotonic();
  const pieces = new Pieces(clock, async () => {
    lengths.push(clock.monotonic() - startedAt);
    // What others do meanwhile is no part of the next piece.
    clock.advance(100);
    startedAt = clock.monotonic();
  });
  for (const step of steps) {
    if (pieces.isLong) await pieces.next();
    clock.advance(step);
  }
  return [...lengths, clock.monotonic() - startedAt];
}

test("short work is one piece", async () => {
  expect(await piecesOf([0.25, 0.5, 0.25, 0.25])).toEqual([1.25]);
});

test("long work is divided, and no piece is longer than what is long and one step more", async () => {
  const lengths = await piecesOf([1, 1, 1, 1, 1, 1]);
  expect(lengths).toEqual([2, 2, 2]);
  expect(await piecesOf([3, 3])).toEqual([3, 3]);
});
