import type { Labelled } from "./labelled-file.ts";
import { LabelledFileError } from "./labelled-file-error.ts";
import type { LabelledObservation, LabelledPair } from "./labelled-record.ts";
import type { ScoredPair } from "./pair-likeness.ts";
import { type Shipped, type TargetCost, targetCosts } from "./target-costs.ts";
import { bestOf, type Likeness, type ThresholdCost, type Totals, thresholdCosts, totalsOf } from "./trade-off.ts";

/** What labels say about thresholds and targets, and which of them keep wrong hits within what is allowed. */

export interface Tuning {
  readonly totals: Totals & { readonly vetoed: number };
  readonly allowed: number;
  /** What thresholds are of. */
  readonly by: "similarity" | "score";
  readonly thresholds: readonly ThresholdCost[];
  readonly threshold: ThresholdCost | undefined;
  /** `undefined` where there are no scores to replay. */
  readonly targets: readonly TargetCost[] | undefined;
  readonly target: TargetCost | undefined;
  /** Lines of the wrong records that are served first, as the label may be the mistake. */
  readonly firstWrong: readonly number[];
}

const mostShown = 5;

/** `likenessOf`: how like the texts of pairs are. `shipped`: what the boundary begins with. Throws `LabelledFileError` when all labels are alike. */
export async function tune(
  file: string,
  labelled: Labelled,
  allowed: number,
  likenessOf: (pairs: readonly LabelledPair[]) => Promise<readonly ScoredPair[]>,
  shipped: () => Shipped,
): Promise<Tuning> {
  const totals = totalsOf(labelled.records);
  if (totals.right === 0 || totals.right === totals.records)
    throw new LabelledFileError(
      `All ${totals.records} records of ${file} are ${totals.right === 0 ? "wrong" : "right"}`,
      "A threshold lies between right and wrong ones: add the others.",
    );
  const observed = labelled.kind === "observations" ? labelled.records : [];
  const by = observed.every(({ similarity }) => similarity !== undefined) ? "similarity" : "score";
  const pairs = labelled.kind === "pairs" ? await likenessOf(labelled.records) : [];
  const likeness = labelled.kind === "pairs" ? pairs : observed.map((one) => observedLikeness(file, one, by));
  const thresholds = thresholdCosts(likeness);
  const isScored = observed.every(({ score }) => score !== undefined);
  const targets = isScored
    ? targetCosts(labelled.kind === "pairs" ? pairs : observed, shipped(), labelled.kind === "observations")
    : undefined;
  return {
    totals: { ...totals, vetoed: likeness.filter(({ likeness }) => likeness === undefined).length },
    allowed,
    by,
    thresholds,
    threshold: bestOf(thresholds, allowed),
    targets,
    target: bestOf(targets ?? [], allowed),
    firstWrong: firstWrongOf(labelled.records, likeness),
  };
}

function firstWrongOf(records: readonly { readonly line: number }[], likeness: readonly Likeness[]): readonly number[] {
  return likeness
    .flatMap(({ likeness, right }, index) =>
      likeness === undefined || right ? [] : [{ likeness, line: records[index]?.line ?? 0 }],
    )
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, mostShown)
    .map(({ line }) => line);
}

function observedLikeness(file: string, observation: LabelledObservation, by: "similarity" | "score"): Likeness {
  const likeness = observation[by];
  if (likeness === undefined)
    throw new LabelledFileError(
      `Some records of ${file} lack a score and others a similarity`,
      "Give all of them one of the two.",
    );
  return { likeness, right: observation.right };
}
