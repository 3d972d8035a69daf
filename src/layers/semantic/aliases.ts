import { type FingerprintKey, fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";

/**
 * Other texts under which an answer is found without any vector. An alias is a value of the ordinary store that names
 * the slot of an answer and says which text the answer was given to. It is no more than a pointer: whether the answer
 * may be served is judged where it stands, so an alias that outlives it leads nowhere.
 */

export interface Alias {
  readonly slot: string;
  /** The text to which the answer was given. */
  readonly text: string;
  /** Whose question it is, by `ownerMarks`; `undefined`: an earlier version wrote it. */
  readonly marks?: readonly string[] | undefined;
}

/** What makes two texts one: equal but for case and space, equal in content, or found equal by a judge. */
export type AliasKind = "normal" | "signature" | "judged";

/** Names a question for those who report on it: equal for texts that are equal but for case and space. */
export function questionName(secret: FingerprintKey, partition: string, normal: string): string {
  return fingerprint(secret, lengthPrefixed(["question", partition, normal]));
}

/** The key of an alias: without the secret nobody can tell of a text whether it was asked. */
export function aliasKey(secret: FingerprintKey, partition: string, kind: AliasKind, text: string): string {
  return `semantic-${kind}:${fingerprint(secret, lengthPrefixed(["alias", partition, kind, text]))}`;
}

/** What kind of alias stands under a key; `undefined` for what is none. */
export function aliasKindOf(key: string): AliasKind | undefined {
  const [, kind] = /^semantic-(normal|signature|judged):/.exec(key) ?? [];
  return kind as AliasKind | undefined;
}

export function writeAlias({ slot, text, marks }: Alias): Uint8Array {
  return Buffer.from(JSON.stringify([slot, text, ...(marks === undefined ? [] : [marks])]), "utf8");
}

/** `undefined` for what is none. */
export function readAlias(bytes: Uint8Array | undefined): Alias | undefined {
  if (bytes === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
    if (!Array.isArray(read) || read.length < 2 || read.length > 3) return undefined;
    const [slot, text, marks] = read as readonly unknown[];
    if (typeof slot !== "string" || typeof text !== "string") return undefined;
    if (marks === undefined) return { slot, text };
    const isSound = Array.isArray(marks) && marks.every((mark) => typeof mark === "string");
    return isSound ? { slot, text, marks } : undefined;
  } catch {
    return undefined;
  }
}
