/**
 * Work in steps of a millisecond or two: done all at once where the caller cannot wait, or turn by turn, so that it holds
 * nobody up.
 */
export type Steps<Result> = Generator<undefined, Result>;

export function allAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** `nextTurn` resolves when others had their turn. Rejects with what a step throws. */
export async function turnByTurn<Result>(steps: Steps<Result>, nextTurn: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}
