import type { LoggedCall } from "../../../access-log/logged-call.ts";

/** A way to write logs of calls. */
export interface LogFormat {
  /** As `--format` names it. */
  readonly name: string;
  /** Whether a record looks like one of this format. */
  fits(fields: Fields): boolean;
  /** The calls that a record tells of; none for one that tells of something else. Throws `UnusableRecord`. */
  read(fields: Fields, context: ReadContext): readonly LoggedCall[] | Missing;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Calls that the log says are missing in it. */
export interface Missing {
  readonly missing: number;
}

export interface ReadContext {
  readonly line: number;
  /** For records that name no model. */
  readonly model: string | undefined;
}

/** A record that no call can be made of; the message says why. */
export class UnusableRecord extends Error {}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsIn(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  return isFields(value) ? value : undefined;
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function countIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Fields that may also be written as JSON in a string. */
export function unpackedIn(fields: Fields, name: string): unknown {
  const value = fields[name];
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const secondsBelow = 1e11;
const millisecondsBelow = 1e14;

/** Whether a date can be made of it (ECMA-262, section 21.4.1.1). */
export function isDate(instant: number): boolean {
  return Math.abs(instant) <= 8.64e15;
}

/** Milliseconds since the epoch, of an ISO date or of a number of seconds, milliseconds or microseconds. */
export function instantOf(value: unknown): number | undefined {
  if (typeof value === "string") {
    if (/^\d+(?:\.\d+)?$/.test(value)) return instantOf(Number(value));
    // Python writes a space for the T, and leaves the zone out where it means UTC.
    const text = value.trim().replace(" ", "T");
    const parsed = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  if (typeof value !== "number" || !(value > 0)) return undefined;
  const instant = value < secondsBelow ? value * 1_000 : value < millisecondsBelow ? value : value / 1_000;
  return isDate(instant) ? instant : undefined;
}
