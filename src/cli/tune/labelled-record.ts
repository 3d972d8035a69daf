/**
 * What can be learnt from: two texts and whether one answer is right for both, or what a cache observed, that is, how
 * sure it was and whether it was right. Fields are read alike from JSON, where they have types, and from cells, where
 * all are text.
 */

/** A record and the line on which it begins, counted from 1. */
export type Lined<Labelled> = Labelled & { readonly line: number };

export interface LabelledPair {
  readonly a: string;
  readonly b: string;
  readonly right: boolean;
}

/** At least one of `score` and `similarity` is there. */
export interface LabelledObservation {
  /** How likely the scorer took it to be right. */
  readonly score: number | undefined;
  readonly similarity: number | undefined;
  readonly right: boolean;
  readonly tier: "signature" | "vector";
  /** Milliseconds since the epoch. */
  readonly at: number | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A record breaks a rule; the message says which, without the line. */
export class RecordMistake extends Error {}

export function isPair(fields: Fields): boolean {
  return "a" in fields || "b" in fields;
}

export function isObservation(fields: Fields): boolean {
  return "right" in fields && ("score" in fields || "similarity" in fields);
}

/** Throws `RecordMistake`. */
export function pairIn(fields: Fields): LabelledPair {
  return { a: textIn(fields, "a"), b: textIn(fields, "b"), right: labelIn(fields, "label") };
}

/** Throws `RecordMistake`. */
export function observationIn(fields: Fields): LabelledObservation {
  const score = shareIn(fields, "score");
  const similarity = shareIn(fields, "similarity");
  if (score === undefined && similarity === undefined) throw new RecordMistake("has neither score nor similarity");
  return { score, similarity, right: labelIn(fields, "right"), tier: tierIn(fields), at: instantIn(fields) };
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value.trim() === "") throw new RecordMistake(`${name} must be a text`);
  return value;
}

function labelIn(fields: Fields, name: string): boolean {
  const value = fields[name];
  const label = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (label === true || label === 1 || label === "1" || label === "true") return true;
  if (label === false || label === 0 || label === "0" || label === "false") return false;
  throw new RecordMistake(`${name} must be 1 or 0, or true or false${shown(value)}`);
}

function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number))
    throw new RecordMistake(`${name} must be a number${shown(value)}`);
  return number;
}

function shareIn(fields: Fields, name: string): number | undefined {
  const number = numberIn(fields, name);
  if (number !== undefined && !(number >= -1 && number <= 1))
    throw new RecordMistake(`${name} must be a number of at most 1${shown(number)}`);
  return number;
}

function tierIn({ tier = "vector" }: Fields): LabelledObservation["tier"] {
  if (tier === "signature" || tier === "vector") return tier;
  throw new RecordMistake(`tier must be signature or vector${shown(tier)}`);
}

function instantIn(fields: Fields): number | undefined {
  const { at } = fields;
  if (typeof at !== "string" || at === "" || Number.isFinite(Number(at))) return numberIn(fields, "at");
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) throw new RecordMistake(`at must be a time${shown(at)}`);
  return instant;
}

/** Short, as it may be anything. */
function shown(value: unknown): string {
  if (value === undefined) return ", and is missing";
  const text = JSON.stringify(value) ?? typeof value;
  return `, and is ${text.length <= 40 ? text : `${text.slice(0, 37)}...`}`;
}
