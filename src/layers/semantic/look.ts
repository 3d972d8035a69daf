import type { Call } from "../../core/call.ts";
import type { SemanticCandidate, SemanticRefusal } from "../../core/semantic.ts";
import type { Verdict } from "./deciding.ts";
import type { GuardName } from "./guards/guard.ts";
import type { Evidence } from "./learnt.ts";
import type { Reading } from "./reading/reading.ts";

/** What is needed of a candidate to learn whether its answer was right. */
export interface Weighed extends SemanticCandidate {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
}

/** A candidate with what was decided about it. */
export interface Considered extends Weighed {
  /** The stored question. */
  readonly text: string;
}

/** What one look at a question has shown. Kept until its answer is known, to be stored and learnt from. */
export interface Look {
  readonly call: Call;
  readonly partition: string;
  readonly reading: Reading | undefined;
  /** Names the question without telling it. */
  readonly name: string;
  readonly vector: Float32Array | undefined;
  /** Those that no guard vetoed, the likeliest first. */
  readonly candidates: readonly Considered[];
  /** Why none of them may be served; `undefined` when one may. */
  readonly refusal: SemanticRefusal | undefined;
  /** The guard that vetoed the nearest, when the refusal is `guard`. */
  readonly guard: GuardName | undefined;
}

/** Nothing was found, or looked for. */
export function refusedLook(call: Call, partition: string, refusal: SemanticRefusal): Look {
  const nothing = { reading: undefined, name: "", vector: undefined, candidates: [], guard: undefined };
  return { call, partition, ...nothing, refusal };
}
