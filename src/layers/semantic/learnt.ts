import { type Observations, readObservations, writeObservations } from "./boundary/observations.ts";

/**
 * What became known of one stored answer as the answer to like questions: how it did at which score, and for which
 * questions it was reported wrong. Kept beside the answers and longer than they, since an answer that is computed anew
 * stands under the same slot.
 */

export interface Evidence {
  readonly observations: Observations;
  /** Names of the questions that must not get it, the latest ones. */
  readonly blocked: readonly string[];
}

export const noEvidence: Evidence = Object.freeze({ observations: [], blocked: [] });

/** The earliest make room. */
const mostBlocked = 100;

export function learntKey(slot: string): string {
  return `semantic-learnt:${slot}`;
}

export function withBlocked({ observations, blocked }: Evidence, question: string): Evidence {
  return { observations, blocked: [...blocked.filter((one) => one !== question), question].slice(-mostBlocked) };
}

/** One line for the observations, then one a question. */
export function writeEvidence({ observations, blocked }: Evidence): Uint8Array {
  return Buffer.from(
    [Buffer.from(writeObservations(observations)).toString("base64url"), ...blocked].join("\n"),
    "utf8",
  );
}

/** What cannot be read is as good as nothing. */
export function readEvidence(bytes: Uint8Array | undefined): Evidence {
  if (bytes === undefined) return noEvidence;
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").split("\n");
  const [observations = "", ...blocked] = lines;
  return { observations: readObservations(Buffer.from(observations, "base64url")) ?? [], blocked };
}
