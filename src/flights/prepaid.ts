import type { Charge, Expected } from "../core/allowance.ts";
import type { Answer } from "../core/answer.ts";
import type { Call, Caller } from "../core/call.ts";
import { chain } from "../core/maybe-promise.ts";
import type { MaybePromise } from "../core/store.ts";
import { type ChargingParts, expectedOf, limitReached } from "./charging.ts";

/**
 * Answers a call of a shared scope. What computing it may cost is taken before anything is looked up, and goes back if it
 * was not computed: a caller whose limits forbid to compute is refused whether or not it is stored, since otherwise who has
 * little left would see by the refusals what others have asked. For a stored answer it goes back when that may be seen,
 * which is not at once. Other calls are charged when the origin is asked.
 */
export function withinLimits(
  call: Call,
  caller: Caller,
  parts: ChargingParts,
  answer: (caller: Caller) => MaybePromise<Answer>,
): MaybePromise<Answer> {
  const { allowance } = caller;
  if (call.sharing === undefined || allowance === undefined) return answer(caller);
  return chain(allowance.take(expectedOf(call, parts)), (taking) => {
    if (!taking.ok) return limitReached(call, taking.refusal);
    let held: Charge | undefined = taking.charge;
    const takeHeld = () => {
      const charge = held;
      held = undefined;
      return charge;
    };
    const take = (expected: Expected) => {
      const charge = takeHeld();
      return charge === undefined ? allowance.take(expected) : ({ ok: true, charge } as const);
    };
    const within: Caller = { onAbandon: (listener) => caller.onAbandon(listener), allowance: { take } };
    return chain(answer(within), (answered) => {
      const unasked = () => takeHeld()?.settle("unasked");
      if (answered.outcome.kind === "hit" || answered.outcome.kind === "stale") return { ...answered, unasked };
      unasked();
      return answered;
    });
  });
}
