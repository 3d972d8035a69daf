/**
 * A deadline around an answer that may come at once, later, or never.
 *
 * An answer that is there already passes through untouched, so that a hit in memory stays synchronous. A promise
 * races one timer of the injected clock; whichever comes second is dropped, a late rejection included, so that a
 * slow store can neither overwrite a decision nor raise an unhandled rejection.
 */

import type { Clock } from "./clock.ts";
import { isPromise } from "./maybe-promise.ts";
import type { MaybePromise } from "./store.ts";

/**
 * `answer` if it comes within `deadlineMs` milliseconds of `clock`, else what `onTimeout` returns or throws.
 * A deadline of `Infinity` sets no timer.
 */
export function withDeadline<T>(
  answer: MaybePromise<T>,
  deadlineMs: number,
  clock: Clock,
  onTimeout: () => T,
): MaybePromise<T> {
  if (!isPromise(answer) || deadlineMs === Number.POSITIVE_INFINITY) return answer;
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(deadlineMs, () => {
      try {
        resolve(onTimeout());
      } catch (error) {
        reject(error);
      }
    });
    answer.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
