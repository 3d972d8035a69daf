import type { Pair, Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";
import { withSharedSpelling } from "./shared-spelling.ts";

export interface Unmatched {
  readonly askedOnly: readonly Token[];
  readonly foundOnly: readonly Token[];
}

/** Content without a counterpart, less the slips of the pen that only the other text shows (`a cup of te`). */
export const unmatched: (pair: Pair) => Unmatched = once((pair: Pair): Unmatched => {
  const alignment = withoutVariants(pair);
  const shared = withSharedSpelling(pair);
  if (shared === pair) return alignment;
  const ofAsked = slipsOf(pair.asked, shared.asked);
  const ofFound = slipsOf(pair.found, shared.found);
  return {
    askedOnly: alignment.askedOnly.filter((token) => !ofAsked.written.has(token) && !ofFound.meant.has(token.lower)),
    foundOnly: alignment.foundOnly.filter((token) => !ofFound.written.has(token) && !ofAsked.meant.has(token.lower)),
  };
});

function areFew(askedOnly: readonly Token[], foundOnly: readonly Token[]): boolean {
  const pairs = askedOnly.length * foundOnly.length;
  return pairs > 0 && pairs <= mostPairs;
}

/** Texts with more left over differ anyway, and the comparison of all with all is spared. */
const mostPairs = 256;

/** Words that only the alignment holds apart: another case, or an owner or a plural without its sign. */
function withoutVariants({ asked, found, alignment }: Pair): Unmatched {
  const { askedOnly, foundOnly } = alignment;
  if (!areFew(askedOnly, foundOnly)) return alignment;
  const foundTexts = foundOnly.map(({ text }) => text.toLowerCase());
  let variants: Set<Token> | undefined;
  for (const one of askedOnly) {
    const text = one.text.toLowerCase();
    for (let at = 0; at < foundOnly.length; at++) {
      const other = foundOnly[at] as Token;
      if (text !== foundTexts[at] && !isBareForm(one, asked, other) && !isBareForm(other, found, one)) continue;
      variants ??= new Set();
      variants.add(one).add(other);
    }
  }
  if (variants === undefined) return alignment;
  const isNone = (token: Token) => !variants.has(token);
  return { askedOnly: askedOnly.filter(isNone), foundOnly: foundOnly.filter(isNone) };
}

/** `Chili's` and `Chilis`, `API` and `APIs`. */
function isBareForm(token: Token, { tokens }: Reading, other: Token): boolean {
  if (other.lower.length !== token.lower.length + 1 || other.lower !== `${token.lower}s`) return false;
  return tokens[tokens.indexOf(token) + 1]?.lower === "'s" || /^\p{Lu}{2,}$/u.test(token.text);
}

interface Slips {
  readonly written: ReadonlySet<Token>;
  readonly meant: ReadonlySet<string>;
}

/** Only where a known word is meant: two words that nobody knows are two names. */
function slipsOf(before: Reading, after: Reading): Slips {
  const known = new Set(before.tokens);
  const meant = after.tokens.filter((token) => !known.has(token) && token.isKnown);
  const places = new Set(meant.map((token) => token.at));
  return {
    written: new Set(before.tokens.filter((token) => places.has(token.at))),
    meant: new Set(meant.map((token) => token.spelled)),
  };
}
