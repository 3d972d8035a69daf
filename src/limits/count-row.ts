import { type Amounts, type Counts, nothing, quantities } from "./quantities.ts";

/** What one process has taken of an account on one day, as it stands in the store: a few numbers as text, and no names. */

export interface CountRow {
  /** The minute that the quantities of minutes belong to. */
  readonly minute: number;
  /** Another one with each write: calls under way at a process that has fallen silent count no longer. */
  readonly beat: number;
  readonly claimed: Amounts;
}

const version = "1";
const number = /^\d{1,40}$/;

export function encodeCountRow({ minute, beat, claimed }: CountRow): Uint8Array {
  return Buffer.from([version, minute, beat, ...quantities.map((name) => claimed[name])].join(" "), "latin1");
}

/** `undefined` for what is no such row, or of another version. */
export function decodeCountRow(bytes: Uint8Array): CountRow | undefined {
  const [first, minute, beat, ...counts] = Buffer.from(bytes).toString("latin1").split(" ");
  const isWhole = [minute, beat, ...counts].every((text) => text !== undefined && number.test(text));
  if (first !== version || !isWhole || counts.length !== quantities.length) return undefined;
  const claimed: Counts = nothing();
  for (const [index, name] of quantities.entries()) claimed[name] = BigInt(counts[index] as string);
  return { minute: Number(minute), beat: Number(beat), claimed };
}
