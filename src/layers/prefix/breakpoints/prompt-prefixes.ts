import type { MarkablePart, MarkablePrompt } from "../../../core/cache-marks.ts";
import { contentDigest } from "../../../core/fingerprint.ts";

/** A prefix of a prompt that ends where a mark may stand. */
export interface PromptPrefix {
  /** Of everything up to its end. */
  readonly digest: string;
  /** The part at its end. */
  readonly end: number;
  /** UTF-16 units up to its end. */
  readonly length: number;
  readonly by: MarkablePart["by"];
}

/**
 * The prefixes of a prompt from the shortest to the whole: one for the tools, the system prompt and each message, which
 * are where prompts part. Where the last part takes no mark (a thought, an empty text) the one before it ends the prefix.
 */
export function prefixesOf({ parts }: Pick<MarkablePrompt, "parts">, seed: string): readonly PromptPrefix[] {
  const prefixes: PromptPrefix[] = [];
  let digest = seed;
  let unread = "";
  let length = 0;
  let place: PromptPrefix | undefined;
  for (const [end, { by, text, takesMark, isLast }] of parts.entries()) {
    unread += `${by.length}${text.length}:${text}`;
    length += text.length;
    if (takesMark) {
      digest = contentDigest(digest + unread);
      unread = "";
      place = { digest, end, length, by };
    }
    if (!isLast) continue;
    if (place !== undefined) prefixes.push(place);
    place = undefined;
  }
  return prefixes;
}
