import type { MaybePromise } from "./store.ts";

/** Goes on at once when the value is there, so that a hit in memory is answered in the same turn. */
export function chain<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
