import type { Trace } from "../core/trace.ts";
import type { CounterTally, HistogramTally } from "./tally.ts";

const secondsBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Calls that begin like others, and let one of them go first. */
export function fanOutCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
  histogram: (name: string, help: string, labelNames: readonly string[], buckets: readonly number[]) => HistogramTally,
): Trace {
  const waits = histogram(
    "reprise_fan_out_wait_seconds",
    "How long calls waited for another one that begins alike, by what ended it: its answer began (warmed), took too long (slow), did not come (failed), or the caller left (aborted).",
    ["result"],
    secondsBuckets,
  );
  const tokens = counter(
    "reprise_fan_out_tokens_total",
    "Input tokens of calls that had waited, as answers tell: read from the provider's cache, or written to it nevertheless.",
    ["kind"],
  );
  return (event) => {
    if (event.type === "fan-out-wait") waits.observe(event.waitedMs / 1000, event.result);
    if (event.type !== "fan-out-read") return;
    tokens.at("read").count += event.readTokens;
    tokens.at("write").count += event.writtenTokens;
  };
}
