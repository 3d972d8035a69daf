import type { Pair, Token } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { type Negated, negationsOf } from "./negation-cues.ts";
import { wordDifference, wordForms } from "./word-difference.ts";

/**
 * Vetoes where one text says no and the other does not: an odd difference in the number of cues; as many cues, but one
 * of them before a word that the other text has without (`with salt and no oil`, `with oil and no salt`); or a word on
 * one side and its negation by prefix or ending on the other (`safe`, `unsafe`; `harm`, `harmless`).
 */
export const negation: Guard = {
  name: "negation",
  vetoes(pair) {
    const ofAsked = negationsOf(pair.asked);
    const ofFound = negationsOf(pair.found);
    return ofAsked.length % 2 !== ofFound.length % 2 || sayNoToOthers(pair, ofAsked, ofFound) || haveNegatedForms(pair);
  },
};

function sayNoToOthers({ asked, found }: Pair, ofAsked: readonly Negated[], ofFound: readonly Negated[]): boolean {
  if (ofAsked.length !== ofFound.length || ofAsked.length === 0) return false;
  const inAsked = wordForms(asked).forms;
  const inFound = wordForms(found).forms;
  const others = new Set(ofFound.map(({ of }) => of));
  const own = new Set(ofAsked.map(({ of }) => of));
  const isMoved = ({ of }: Negated, counterparts: ReadonlySet<string>): boolean =>
    of !== "" && !counterparts.has(of) && inAsked.has(of) && inFound.has(of);
  return ofAsked.some((negated) => isMoved(negated, others)) && ofFound.some((negated) => isMoved(negated, own));
}

const prefixes = ["un", "in", "im", "il", "ir", "dis", "non", "mis", "de", "anti", "dys", "mal", "a", "ab"] as const;
const shortestStem = 4;

function haveNegatedForms(pair: Pair): boolean {
  const { askedOnly, foundOnly } = wordDifference(pair);
  const some = askedOnly.flatMap(formsOf);
  const others = foundOnly.flatMap(formsOf);
  return some.some((one) => others.some((other) => isNegated(one, other) || isNegated(other, one)));
}

function formsOf({ spelled, lemma }: Token): readonly string[] {
  return spelled === lemma ? [spelled] : [spelled, lemma];
}

/** `unsafe` of `safe`, `useless` of `use` or `useful`, `meatless` of `meat`. */
function isNegated(word: string, stem: string): boolean {
  if (word.length < stem.length + 1 && !word.endsWith("less")) return false;
  if (stem.length >= shortestStem && word.endsWith(stem)) {
    const prefix = word.slice(0, -stem.length).replace(/-$/, "");
    if (prefixes.some((negative) => negative === prefix)) return true;
  }
  if (!word.endsWith("less")) return false;
  const rest = word.slice(0, -"less".length).replace(/-$/, "");
  return rest.length >= 3 && (stem === rest || stem === `${rest}ful` || stem === `${rest}y` || stem === `${rest}ed`);
}
