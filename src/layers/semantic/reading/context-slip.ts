import type { Lexicon } from "../../../core/lexicon.ts";
import { isWithinSlips } from "./edit-distance.ts";
import { isOutOfPlace } from "./out-of-place.ts";
import type { Reading, Token } from "./reading.ts";
import { isStrange } from "./strange-letters.ts";

/**
 * A slip of the pen that two words alone do not show, in texts that are the same word for word but for this one. Of two
 * words that nobody knows, the letters tell; of a word that could be meant and one that is out of place, the words
 * beside them.
 */
export function contextSlip(asked: Reading, found: Reading, lexicon: Lexicon): readonly [Token, Token] | undefined {
  const at = onlyDifference(asked.tokens, found.tokens);
  if (at === undefined) return undefined;
  const [one, other] = [asked.tokens[at] as Token, found.tokens[at] as Token];
  if (!isPlain(one) || !isPlain(other) || !isWithinSlips(one.lower, other.lower, 1)) return undefined;
  const isSlip =
    one.isKnown || other.isKnown
      ? isOutOfPlace(one, other, [asked.tokens[at - 1]?.lower ?? "", asked.tokens[at + 1]?.lower ?? ""], lexicon)
      : isStrange(one, other, lexicon);
  return isSlip ? [one, other] : undefined;
}

/** Where two texts of as many words differ, if in one alone. */
function onlyDifference(some: readonly Token[], others: readonly Token[]): number | undefined {
  if (some.length !== others.length || some.length < leastWords) return undefined;
  const at = some.findIndex((token, index) => token.lower !== others[index]?.lower);
  if (at < 0) return undefined;
  return some.every((token, index) => index <= at || token.lower === others[index]?.lower) ? at : undefined;
}

/** In fewer words there is no context. */
const leastWords = 3;

/** What stands in capitals is an acronym or a code. */
function isPlain({ kind, lower, text }: Token): boolean {
  return kind === "word" && /^[a-z]+$/.test(lower) && !/\p{Lu}/u.test(text.slice(1));
}
