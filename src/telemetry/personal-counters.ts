import { personalKinds } from "../core/personal-data.ts";
import type { Trace } from "../core/trace.ts";
import type { CounterTally } from "./tally.ts";

/** Personal data that was found. Never what it was. */
export function personalCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
): Trace {
  const found = counter(
    "reprise_personal_data_total",
    "Requests that no stored answer served, and answers of upstreams, that hold personal data of this kind.",
    ["kind"],
  );
  for (const kind of personalKinds) found.begin(kind);
  return (event) => {
    if (event.type === "personal-data") found.add(event.kind);
  };
}
