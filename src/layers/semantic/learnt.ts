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
  /** Members of a shared scope whom an origin has answered alike, each with the digest of the stored answer. */
  readonly agreed?: readonly string[];
  /** Whose answer it is and who asked, by `ownerMarks`; `undefined`: an earlier version wrote it. */
  readonly marks?: readonly string[];
}

export const noEvidence: Evidence = Object.freeze({ observations: [], blocked: [] });

/** The earliest make room. */
const mostBlocked = 100;
const mostAgreed = 100;
const mostMarks = 200;
/** No name of a question begins so. */
const agreedSign = "+";
const marksSign = "@";

export function learntKey(slot: string): string {
  return `${learnt}${slot}`;
}

/** Of which answer something stands under this key; `undefined` where that is something else. */
export function learntSlotOf(key: string): string | undefined {
  return key.startsWith(learnt) ? key.slice(learnt.length) : undefined;
}

const learnt = "semantic-learnt:";

export function withBlocked({ blocked, ...others }: Evidence, question: string): Evidence {
  return { ...others, blocked: [...blocked.filter((one) => one !== question), question].slice(-mostBlocked) };
}

export function withAgreement({ agreed = [], ...others }: Evidence, member: string, answer: string): Evidence {
  const line = `${member} ${answer}`;
  // What agreed with an answer that stood there before says nothing of this one.
  const same = agreed.filter((one) => one !== line && one.endsWith(` ${answer}`));
  return { ...others, agreed: [...same, line].slice(-mostAgreed) };
}

export function withMarks({ marks = [], ...others }: Evidence, more: readonly string[]): Evidence {
  return { ...others, marks: [...marks.filter((one) => !more.includes(one)), ...more].slice(-mostMarks) };
}

/** How many members besides `writer` have got the same as the answer of this digest. */
export function agreements({ agreed = [] }: Evidence, writer: string | undefined, answer: string): number {
  return agreed.filter((one) => one.endsWith(` ${answer}`) && one !== `${writer} ${answer}`).length;
}

/** One line for the observations, then one a question and one a member, and one for all whose it is. */
export function writeEvidence({ observations, blocked, agreed = [], marks }: Evidence): Uint8Array {
  const whose = marks === undefined ? [] : [marksSign + marks.join(" ")];
  const lines = [...blocked, ...agreed.map((one) => agreedSign + one), ...whose];
  return Buffer.from([Buffer.from(writeObservations(observations)).toString("base64url"), ...lines].join("\n"), "utf8");
}

/** What cannot be read is as good as nothing. */
export function readEvidence(bytes: Uint8Array | undefined): Evidence {
  if (bytes === undefined) return noEvidence;
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").split("\n");
  const [observations = "", ...others] = lines;
  const signed = (sign: string) => others.filter((line) => line.startsWith(sign)).map((line) => line.slice(1));
  const blocked = others.filter((line) => !line.startsWith(agreedSign) && !line.startsWith(marksSign));
  const [agreed, [whose]] = [signed(agreedSign), signed(marksSign)];
  return {
    observations: readObservations(Buffer.from(observations, "base64url")) ?? [],
    blocked,
    ...(agreed.length === 0 ? {} : { agreed }),
    ...(whose === undefined ? {} : { marks: whose.split(" ").filter(Boolean) }),
  };
}
