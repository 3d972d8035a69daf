import { readRecord, writeRecord } from "../../../core/written-record.ts";
import type { Audit } from "./audit.ts";
import { binCount } from "./score-scale.ts";
import type { ScoreCounts, TierEvidence } from "./tier-evidence.ts";

/**
 * What a tier has learnt, as bytes to keep: JSON of a few hundred bytes. What is shipped is not in it, so that a new
 * release brings its own; the labels stay, as they say what this traffic is like.
 */

export interface TierState {
  readonly evidence: TierEvidence;
  readonly audit: Audit;
}

const format = 1;

export function writeTierState({ evidence: { learnt, kinship }, audit }: TierState): Uint8Array {
  return writeRecord(format, { learnt, kinship, audit });
}

/** `undefined` for what `writeTierState` of this format did not write. */
export function readTierState(bytes: Uint8Array, shipped: ScoreCounts): TierState | undefined {
  const { learnt, kinship, audit } = readRecord(format, bytes);
  const { products, weight } = fieldsOf(kinship);
  const { hits, wrong, expected } = fieldsOf(audit);
  const counts = countsIn(learnt);
  if (counts === undefined) return undefined;
  if (!isNumber(products) || !isCount(weight) || !isCount(hits) || !isCount(wrong) || !isCount(expected))
    return undefined;
  if (wrong > hits) return undefined;
  return { evidence: { shipped, learnt: counts, kinship: { products, weight } }, audit: { hits, wrong, expected } };
}

/** `undefined` unless it has two numbers of 0 or more for each bin. */
export function countsIn(value: unknown): ScoreCounts | undefined {
  const { right, wrong } = fieldsOf(value);
  return isCountOfBins(right) && isCountOfBins(wrong) ? { right, wrong } : undefined;
}

function isCountOfBins(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === binCount && value.every(isCount);
}

function isCount(value: unknown): value is number {
  return isNumber(value) && value >= 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
