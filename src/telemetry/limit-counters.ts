import type { Trace } from "../core/trace.ts";
import type { CounterTally } from "./tally.ts";

/** Callers who were turned away because a limit was reached. */
export function limitCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
): Trace {
  const limited = counter("reprise_limited_total", "Calls that were refused because a limit was reached.", ["limit"]);
  return (event) => {
    if (event.type === "limit-refuse") limited.add(event.limit);
  };
}
