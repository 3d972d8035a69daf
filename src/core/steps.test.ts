import { expect, test } from "vitest";
import { allAtOnce, type Steps, turnByTurn } from "./steps.ts";

function* counted(to: number, seen: number[]): Steps<string> {
  for (let step = 1; step <= to; step++) {
    seen.push(step);
    yield;
  }
  return "done";
}

test("all at once, in order", () => {
  const seen: number[] = [];
  expect(allAtOnce(counted(3, seen))).toBe("done");
  expect(seen).toEqual([1, 2, 3]);
});

test("turn by turn, one step a turn", async () => {
  const seen: number[] = [];
  const seenAtTurns: number[] = [];
  const nextTurn = async () => void seenAtTurns.push(seen.length);
  expect(await turnByTurn(counted(3, seen), nextTurn)).toBe("done");
  expect(seenAtTurns).toEqual([1, 2, 3]);
});

test("what a step throws ends the work", async () => {
  // biome-ignore lint/correctness/useYield: it fails at its first step.
  function* failing(): Steps<never> {
    throw new Error("damaged");
  }
  expect(() => allAtOnce(failing())).toThrow("damaged");
  await expect(turnByTurn(failing(), async () => {})).rejects.toThrow("damaged");
});
