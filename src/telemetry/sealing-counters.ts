import type { Trace } from "../core/trace.ts";
import type { CounterTally } from "./tally.ts";

/** What could not be opened of what is sealed at rest. */
export function sealingCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
): Trace {
  const rejected = counter(
    "reprise_sealing_rejected_total",
    "Values at rest that were taken for absent: stored without sealing (unsealed), altered, cut or moved (damaged), of a key that was destroyed or lost (keyless), sealed by a later version (newer); wrong_key once where the store is sealed with another master key.",
    ["reason"],
  );
  for (const reason of ["unsealed", "damaged", "keyless", "newer", "wrong_key"]) rejected.begin(reason);
  return (event) => {
    if (event.type === "seal-reject") rejected.add(event.reason);
    if (event.type === "seal-fault") rejected.add("wrong_key");
  };
}
