import type { Lexicon } from "../../../core/lexicon.ts";
import { isWithinSlips } from "./edit-distance.ts";
import { isForetold } from "./foretold.ts";
import { areNotoriousSlips } from "./notorious-slips.ts";
import { isOutOfPlace } from "./out-of-place.ts";
import type { Reading, Token } from "./reading.ts";
import { isStrange, isStrangeBeside } from "./strange-letters.ts";

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
  if (areNotoriousSlips(one.lower, other.lower)) return undefined;
  return isSlip(one, other, at, asked.tokens, lexicon) ? [one, other] : undefined;
}

function isSlip(one: Token, other: Token, at: number, tokens: readonly Token[], lexicon: Lexicon): boolean {
  if (one.kind === "number" || other.kind === "number") {
    // Another number is no slip, and neither is a word.
    if (one.kind === other.kind || one.isKnown || other.isKnown) return false;
    return isSlip(asWord(one, lexicon), asWord(other, lexicon), at, tokens, lexicon);
  }
  if (!one.isKnown && !other.isKnown) return isStrange(one, other, lexicon);
  if (isStrangeBeside(one, other, lexicon)) return true;
  if (tokens.length < leastWords) return false;
  const words = tokens.map(({ lower }) => lower);
  return (
    isOutOfPlace(one, other, [words[at - 1] ?? "", words[at + 1] ?? ""], lexicon) ||
    isForetold(one, other, at, words, lexicon) ||
    isForetold(other, one, at, words, lexicon)
  );
}

/** A number in words is a word as well as any other. */
function asWord(token: Token, lexicon: Lexicon): Token {
  return token.kind === "word" ? token : { ...token, kind: "word", isKnown: true, rarity: lexicon.rarity(token.lower) };
}

/** Where two texts of as many words differ, if in one alone. */
function onlyDifference(some: readonly Token[], others: readonly Token[]): number | undefined {
  if (some.length !== others.length || some.length < 2) return undefined;
  const at = some.findIndex((token, index) => token.lower !== others[index]?.lower);
  if (at < 0) return undefined;
  return some.every((token, index) => index <= at || token.lower === others[index]?.lower) ? at : undefined;
}

/** Fewer are no context; letters that are strange are so beside any word. */
const leastWords = 3;

/** What stands in capitals is an acronym or a code. */
function isPlain({ kind, lower, text }: Token): boolean {
  return (kind === "word" || kind === "number") && /^[a-z]+$/.test(lower) && !/\p{Lu}/u.test(text.slice(1));
}
