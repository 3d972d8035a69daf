import type { Trace } from "../core/trace.ts";
import type { CounterTally, HistogramTally } from "./tally.ts";

const similarityBuckets = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99, 1];

/** Answers to like questions: what was found, what was refused and why, and what became known of it. */
export function semanticCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
  histogram: (name: string, help: string, labelNames: readonly string[], buckets: readonly number[]) => HistogramTally,
): Trace {
  const looks = counter(
    "reprise_semantic_looks_total",
    "Questions that were compared with stored ones; would_hit: would have been served, had the mode been serve.",
    ["mode", "result", "tier", "reason"],
  );
  const rejected = counter("reprise_semantic_rejected_total", "Like questions that a guard vetoed, by the guard.", [
    "guard",
  ]);
  const similarities = histogram(
    "reprise_semantic_similarity",
    "Cosine of the best candidate that no guard vetoed.",
    ["result"],
    similarityBuckets,
  );
  const verdicts = counter(
    "reprise_semantic_verdicts_total",
    "What became known of answers that were, or could have been, served for like questions.",
    ["by", "verdict"],
  );
  const feedback = counter("reprise_semantic_feedback_total", "Answers that somebody reported on.", ["verdict"]);
  const promotions = counter("reprise_semantic_promotions_total", "Questions that a judge found to be one.");
  const faults = counter(
    "reprise_semantic_faults_total",
    "Failures of embedders, stores of vectors and the judge, which no caller noticed.",
    ["part", "name", "kind"],
  );
  return (event) => {
    switch (event.type) {
      case "semantic-look":
        looks.add(event.mode, event.result, event.tier ?? "none", event.reason ?? "none");
        if (event.guard !== undefined) rejected.add(event.guard);
        if (event.similarity !== undefined) similarities.observe(event.similarity, event.result);
        return;
      case "semantic-verdict":
        verdicts.add(event.by, event.right ? "right" : "wrong");
        if (event.by === "feedback") feedback.add(event.right ? "right" : "wrong");
        return;
      case "semantic-promotion":
        return promotions.add();
      case "embedder-fault":
        return faults.add("embedder", event.embedder, event.kind);
      case "vector-fault":
        return faults.add("vectors", event.store, event.kind);
      case "judge-fault":
        return faults.add("judge", "judge", event.kind);
      default:
        return;
    }
  };
}
