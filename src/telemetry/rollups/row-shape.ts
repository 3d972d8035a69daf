import { kinds } from "../account.ts";

/**
 * What a row looks like, and whether something does. Checked by hand: a report over a week reads some thousands of rows
 * while calls wait, and general checking takes several times as long as reading the JSON.
 */

export const rowVersion = 1;

/** Index and count. */
export type Sparse = readonly (readonly [number, number])[];
export type Counts = Readonly<Record<string, number>>;

export interface AccountRow {
  /** Answers, unpriced, and the kinds of tokens in their order. */
  readonly n: readonly number[];
  readonly usd: string;
  /** Default `usd`. */
  readonly least?: string;
}

export interface SavedRow {
  readonly hits: number;
  readonly wrong: number;
  readonly timeMs: number;
  readonly timed: number;
  readonly bytes: number;
  readonly account: AccountRow;
}

export interface SemanticRow {
  /** Looks, hits, would have been hits. */
  readonly n: readonly number[];
  readonly observed: AccountRow;
  readonly similarities: Sparse;
  readonly refusals: Counts;
  readonly vetoes: Counts;
  /** Right, wrong. */
  readonly verdicts: Readonly<Record<string, readonly number[]>>;
}

export interface Row {
  readonly v: typeof rowVersion;
  readonly requests: Counts;
  readonly saved: Readonly<Record<string, SavedRow>>;
  readonly spent: Readonly<Record<string, AccountRow>>;
  readonly hit: Sparse;
  readonly miss: Sparse;
  readonly unpriced: Counts;
  readonly semantic?: SemanticRow;
  readonly prompts?: Counts;
}

export function isRow(value: unknown): value is Row {
  if (!isObject(value) || value["v"] !== rowVersion) return false;
  const { requests, saved, spent, hit, miss, unpriced, semantic, prompts } = value;
  return (
    areAll(requests, isCount) &&
    areAll(saved, isSaved) &&
    areAll(spent, isAccount) &&
    isSparse(hit) &&
    isSparse(miss) &&
    areAll(unpriced, isCount) &&
    (semantic === undefined || isSemantic(semantic)) &&
    (prompts === undefined || areAll(prompts, isCount))
  );
}

function isSaved(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { hits, wrong, timeMs, timed, bytes, account } = value;
  return isCount(hits) && isCount(wrong) && isCount(timeMs) && isCount(timed) && isCount(bytes) && isAccount(account);
}

function isSemantic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { n, observed, similarities, refusals, vetoes, verdicts } = value;
  const isVerdict = (pair: unknown) => areCounts(pair, 2);
  return (
    areCounts(n, 3) &&
    isAccount(observed) &&
    isSparse(similarities) &&
    areAll(refusals, isCount) &&
    areAll(vetoes, isCount) &&
    areAll(verdicts, isVerdict)
  );
}

function isAccount(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { n, usd, least } = value;
  return areCounts(n, 2 + kinds.length) && isMoney(usd) && (least === undefined || isMoney(least));
}

function isSparse(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => areCounts(pair, 2) && (pair[0] as number) >= 0);
}

function areCounts(value: unknown, length: number): value is readonly number[] {
  return Array.isArray(value) && value.length === length && value.every(isCount);
}

function isMoney(value: unknown): boolean {
  return typeof value === "string" && /^-?\d{1,40}$/.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function areAll(value: unknown, is: (part: unknown) => boolean): boolean {
  return isObject(value) && Object.values(value).every(is);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
