import { logOddsOf, probabilityOf } from "./score-scale.ts";

/**
 * What was learnt of one stored answer: with which scores it was tried, and whether it was right. Kept are the newest
 * 64, a byte each: the score in 128 steps of its log-odds, and one bit for right.
 */

export interface Observation {
  /** What the scorer said. */
  readonly score: number;
  /** Whether the stored answer was the right one. */
  readonly right: boolean;
}

/** Newest last. */
export type Observations = readonly Observation[];

const most = 64;
const formatByte = 1;
const steps = 127;
const widest = logOddsOf(1);

export function withObservation(observations: Observations, observation: Observation): Observations {
  return [...observations.slice(Math.max(0, observations.length + 1 - most)), observation];
}

export function writeObservations(observations: Observations): Uint8Array {
  return Uint8Array.from([
    formatByte,
    ...observations.slice(-most).map(({ score, right }) => (stepOf(score) << 1) | (right ? 1 : 0)),
  ]);
}

/** `undefined` for what `writeObservations` did not write. */
export function readObservations(bytes: Uint8Array): Observations | undefined {
  if (bytes[0] !== formatByte || bytes.length > 1 + most) return undefined;
  return Array.from(bytes.subarray(1), (byte) => ({ score: scoreOf(byte >> 1), right: (byte & 1) === 1 }));
}

function stepOf(score: number): number {
  return Math.round(((logOddsOf(score) + widest) / (2 * widest)) * steps);
}

function scoreOf(step: number): number {
  return probabilityOf((step / steps) * 2 * widest - widest);
}
