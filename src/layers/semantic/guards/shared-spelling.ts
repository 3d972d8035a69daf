import { isWithinSlips } from "../reading/edit-distance.ts";
import { areLookAlikes } from "../reading/look-alikes.ts";
import type { Pair, Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * Sets slips right that can only be seen beside the other text: an unknown word that stands where the other text has a
 * word it is one slip away from (`the fwo main gases`, `the two main gases`). A word that is a word stays what it is,
 * but for one that the alignment has found to be out of place.
 * Gives the very same pair where there is nothing to set right.
 */
export const withSharedSpelling = once((pair: Pair): Pair => {
  const outOfPlace = wordsOutOfPlace(pair);
  const asked = spelledAs(pair.asked, pair.found, outOfPlace);
  const found = spelledAs(pair.found, pair.asked, outOfPlace);
  return asked === pair.asked && found === pair.found ? pair : { asked, found, alignment: pair.alignment };
});

/** A text with more unknown words is not English, or not to be read. */
const mostDoubtful = 16;
/** Shorter words are one slip away from too many others, so both their neighbours must agree. */
const clearLength = 4;

/** Of two words that the alignment took for one, the rarer is the slip. */
function wordsOutOfPlace({ alignment }: Pair): ReadonlySet<Token> {
  const slips = alignment.matched.filter(
    ({ by, asked, found }) =>
      by === "spelling" && (asked.isKnown || found.isKnown) && isWithinSlips(asked.lower, found.lower, 1),
  );
  if (slips.length === 0) return none;
  return new Set(slips.map(({ asked, found }) => (asked.rarity < found.rarity ? found : asked)));
}

const none: ReadonlySet<Token> = new Set();

function spelledAs(reading: Reading, other: Reading, outOfPlace: ReadonlySet<Token>): Reading {
  const { tokens } = reading;
  const isDoubtful = (token: Token) => isUnknown(token) || outOfPlace.has(token);
  const doubtful = tokens.reduce((count, token) => count + Number(isDoubtful(token)), 0);
  if (doubtful === 0 || doubtful > mostDoubtful) return reading;
  let isChanged = false;
  const spelled = tokens.flatMap((token, index) => {
    if (!isDoubtful(token)) return [token];
    const counterpart = other.tokens.findIndex(
      (candidate, at) =>
        candidate.kind !== "code" &&
        isWithinSlips(token.lower, candidate.text.toLowerCase(), 1) &&
        token.lower !== candidate.text.toLowerCase() &&
        !(candidate.isKnown && !token.isKnown && areLookAlikes(candidate, token.lower)) &&
        haveSameNeighbours(tokens, index, other.tokens, at),
    );
    if (counterpart < 0) return [token];
    isChanged = true;
    const { at } = other.tokens[counterpart] as Token;
    return other.tokens.filter((word) => word.at === at).map((word) => takenFor(token, word));
  });
  if (!isChanged) return reading;
  const { normal, signature } = reading;
  return { ...reading, normal, signature, tokens: spelled };
}

function isUnknown(token: Token): boolean {
  return token.kind === "word" && !token.isKnown && token.lower.length > 2;
}

function haveSameNeighbours(some: readonly Token[], at: number, others: readonly Token[], otherAt: number): boolean {
  const isSameBefore = some[at - 1]?.spelled === others[otherAt - 1]?.spelled;
  const last = others.findLastIndex((token) => token.at === others[otherAt]?.at);
  const isSameBehind = some[at + 1]?.spelled === others[last + 1]?.spelled;
  return (some[at]?.lower.length ?? 0) < clearLength ? isSameBefore && isSameBehind : isSameBefore || isSameBehind;
}

function takenFor(token: Token, word: Token): Token {
  return { ...word, kind: "word", text: token.text, at: token.at, lower: token.lower };
}
