import type { Lexicon } from "../../../core/lexicon.ts";
import { isWithinSlips } from "./edit-distance.ts";
import { isForetold } from "./foretold.ts";
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
    one.isKnown || other.isKnown ? isSlipInPlace(one, other, at, asked, lexicon) : isStrange(one, other, lexicon);
  return isSlip ? [one, other] : undefined;
}

function isSlipInPlace(one: Token, other: Token, at: number, { tokens }: Reading, lexicon: Lexicon): boolean {
  const words = tokens.map(({ lower }) => lower);
  return (
    isOutOfPlace(one, other, [words[at - 1] ?? "", words[at + 1] ?? ""], lexicon) ||
    isForetold(one, other, at, words, lexicon) ||
    isForetold(other, one, at, words, lexicon)
  );
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
