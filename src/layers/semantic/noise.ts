import type { Lexicon } from "../../core/lexicon.ts";

/**
 * Whether a text holds what nobody writes who asks something: a string of words or signs that was searched for by a
 * program so that the text comes to lie, by its vector, where somebody else's question lies (CacheAttack, arXiv
 * 2601.23088; the search is that of GCG, arXiv 2307.15043). Such texts are neither remembered nor compared.
 *
 * People put a word of grammar between the others every few words, or words that are often seen together; a search for
 * vectors does neither. Ten words in a row without are noise: of 1,800 questions of people none has as many, of 13,571 texts
 * of all kinds 0.4 %, and of questions with fourteen random words behind them 98 %. Signs that touch each other in ways that no
 * language has, four times within a line, are noise as well, and a dozen signs without a letter between. Code between
 * backquotes is left out. All this holds for English: texts of other languages are found by their own words alone, and
 * by no vector. A list of names may be taken for noise: then it is answered anew, and nothing else happens.
 */
export function isNoise(text: string, lexicon: Lexicon): boolean {
  const prose = text.replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`/g, " ");
  return longestLooseRun(prose, lexicon) >= mostLoose || densestSigns(prose) >= mostTouching || signFlood.test(prose);
}

const mostLoose = 10;
const mostTouching = 4;
/** Of characters; about a line. */
const reach = 80;

const grammar = new Set(
  (
    "the a an of to in on for with and or but is are was be do does did can could should would how what when where who " +
    "which why that this it its i my me we our you your he she his her they their from by at as if not no than then so " +
    "into about have has had will there"
  ).split(" "),
);

function longestLooseRun(text: string, lexicon: Lexicon): number {
  let longest = 0;
  let run = 0;
  let before = "";
  for (const [word] of text.toLowerCase().matchAll(/[a-z']+/g)) {
    const isTied = grammar.has(word) || (before !== "" && lexicon.timesSeen(before, word) > 0);
    run = isTied ? 0 : run + 1;
    longest = Math.max(longest, run);
    before = word;
  }
  return longest;
}

/** Two signs of which at least one is none of prose, or a bracket that opens a word from behind. */
const touching = /[^\w\s.,;:!?'"()-][^\w\s]|[^\w\s][^\w\s.,;:!?'"()-]|[\\^~|{}<>[\]][A-Za-z]/g;

function densestSigns(text: string): number {
  const places = Array.from(text.matchAll(touching), ({ index }) => index);
  let densest = 0;
  for (let first = 0, last = 0; last < places.length; last += 1) {
    while ((places[last] as number) - (places[first] as number) >= reach) first += 1;
    densest = Math.max(densest, last - first + 1);
  }
  return densest;
}

/** Emoji and letters of other scripts are no signs. */
const signFlood = /(?:[!-/:-@[-`{-~]\s*){12}/;
