/**
 * A deadline around an answer that may come at once, later, or never.
 *
 * An answer that is there already passes through untouched, so that a hit in memory stays synchronous. A promise
 * races one timer of the injected clock; whichever comes second is dropped, a late rejection included, so that a
 * slow store can neither overwrite a decision nor raise an unhandled rejection.
 *
 * A process that was busy past the deadline finds its timers due before it reads what has arrived meanwhile (timers come
 * before input in each turn of the event loop, https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick).
 * What is too slow then is the process and not who was asked, so such a timer waits for one more turn, and for some more
 * if that is as long.
 */

import type { CancelTimer, Clock } from "./clock.ts";
import { isPromise } from "./maybe-promise.ts";
import type { MaybePromise } from "./store.ts";

/** A timer that is later than this was held up by other work of the process. */
const busyMs = 5;
const mostTurns = 10;

/**
 * `answer` if it comes within `deadlineMs` milliseconds of `clock`, else what `onTimeout` returns or throws.
 * A deadline of `Infinity` sets no timer.
 */
export function withDeadline<T>(
  answer: MaybePromise<T>,
  deadlineMs: number,
  clock: Clock,
  onTimeout: () => MaybePromise<T>,
): MaybePromise<T> {
  if (!isPromise(answer) || deadlineMs === Number.POSITIVE_INFINITY) return answer;
  return new Promise<T>((resolve, reject) => {
    let turns = 0;
    const wait = (forMs: number): CancelTimer => {
      const dueAt = clock.monotonic() + forMs;
      return clock.after(forMs, () => {
        if (clock.monotonic() - dueAt > busyMs && turns++ < mostTurns) {
          cancel = wait(0);
          return;
        }
        try {
          resolve(onTimeout());
        } catch (error) {
          reject(error);
        }
      });
    };
    let cancel = wait(deadlineMs);
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
