import { isWithinSlips } from "../reading/edit-distance.ts";
import { areLookAlikes } from "../reading/look-alikes.ts";
import type { Matched, Pair, Reading, Token } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { once } from "./once.ts";
import { coordinators, relations } from "./relation-words.ts";
import { unmatched } from "./unmatched.ts";

/**
 * Vetoes where one text names what the other does not: a proper noun, an acronym, a word in CamelCase, or a word that
 * the lexicon does not know or seldom saw (names are often typed in lower case). Two spellings are taken for one name
 * only where exactly one of them is known, so that the other is a slip of the pen: `Austria` and `Australia` are both
 * known, and two unknown words are two names.
 */
export const entities: Guard = {
  name: "entities",
  vetoes(pair) {
    const { askedOnly, foundOnly } = unmatched(pair);
    const { matched } = pair.alignment;
    const isTitle = hasTitleCase(pair.asked) || hasTitleCase(pair.found);
    if (matched.some((match) => isOtherName(match, pair))) return true;
    const isNamed = (token: Token, others: readonly Token[], { content }: Reading) =>
      names(token, isTitle) &&
      !(others.length <= mostSlips && others.some((other) => isSlipOf(token, other))) &&
      !content.some((other) => other.lemma === token.lemma);
    return (
      askedOnly.some((token) => isNamed(token, foundOnly, pair.found)) ||
      foundOnly.some((token) => isNamed(token, askedOnly, pair.asked)) ||
      matched.some((match) => isThingAndName(match, pair)) ||
      hasLoneAcronym(pair.asked, pair.found) ||
      hasLoneAcronym(pair.found, pair.asked)
    );
  },
};

/** Known words as rare as this are names of drugs, plants and tools. */
const rareAsName = 0.69;

/** Beyond this many words left over the texts differ anyway, and the comparison of all with all is spared. */
const mostSlips = 16;

function names(token: Token, isTitle: boolean): boolean {
  if (token.kind !== "word" || relations.has(token.lower) || coordinators.has(token.lower)) return false;
  if (!token.isKnown || token.rarity >= rareAsName) return true;
  return token.isName && (!isTitle || isAcronym(token));
}

/** One slip in a word of four letters or more, two from eight, and exactly one of the two is a known word. */
function isSlipOf(one: Token, other: Token): boolean {
  if (one.isKnown === other.isKnown) return false;
  const [known, slip] = one.isKnown ? [one, other] : [other, one];
  if (areLookAlikes(known, slip.lower)) return false;
  const length = Math.min(one.lower.length, other.lower.length);
  return length >= 4 && isWithinSlips(one.lower, other.lower, length >= 8 ? 2 : 1);
}

/** Words that the alignment took for one, and that a name tells apart after all. */
function isOtherName({ asked, found, by }: Matched, pair: Pair): boolean {
  if (by === "equal" || asked.lower === found.lower) return false;
  if (by === "spelling") return !isWrittenApart(asked, found, pair) && isPrefixed(asked.lower, found.lower);
  // `William` and `Williams` beside another name are two people; `iPhone` and `iPhones` are one thing.
  return (
    by === "lemma" &&
    asked.isName &&
    found.isName &&
    (isBesideName(asked, pair.asked) || isBesideName(found, pair.found))
  );
}

/** `an apple` and `Apple`: one is a thing of a kind, the other has that for its name. */
function isThingAndName({ asked, found }: Matched, pair: Pair): boolean {
  if (asked.isName === found.isName || hasTitleCase(pair.asked) || hasTitleCase(pair.found)) return false;
  const [name, inName, thing, inThing] = asked.isName
    ? [asked, pair.asked, found, pair.found]
    : [found, pair.found, asked, pair.asked];
  if (isAcronym(name) || !/^\p{Lu}\p{Ll}+$/u.test(name.text)) return false;
  return isArticle(before(thing, inThing)) && !isDetermined(before(name, inName));
}

function before(token: Token, { tokens }: Reading): string {
  return tokens[tokens.indexOf(token) - 1]?.lower ?? "";
}

function isArticle(word: string): boolean {
  return word === "a" || word === "an";
}

function isDetermined(word: string): boolean {
  return isArticle(word) || /^(?:the|my|your|our|his|her|their|this|that|any|some|one)$/.test(word);
}

/** `data base` and `database`: two words stand for one. */
function isWrittenApart(asked: Token, found: Token, { alignment }: Pair): boolean {
  return alignment.matched.filter((each) => each.asked === asked || each.found === found).length > 1;
}

/** `e-learning` and `learning`; not `e-mail` and `email`. */
function isPrefixed(one: string, other: string): boolean {
  return one.includes("-") !== other.includes("-") && one.replace("-", "") !== other.replace("-", "");
}

function isBesideName(token: Token, { tokens }: Reading): boolean {
  const index = tokens.indexOf(token);
  return [tokens[index - 1], tokens[index + 1]].some((other) => other?.isName === true && other.at !== token.at);
}

function isAcronym({ text }: Token): boolean {
  return text.length > 1 && text === text.toUpperCase() && text !== text.toLowerCase();
}

/** Acronyms that look like grammar (`US`, `IT`, `WHO`) are no content, so the alignment does not tell of them. */
function hasLoneAcronym(one: Reading, other: Reading): boolean {
  return one.tokens.some(
    (token) =>
      token.kind === "word" &&
      token.isStop &&
      token.isName &&
      isAcronym(token) &&
      !other.tokens.some((each) => each.lower === token.lower),
  );
}

/** Whether most words have a capital, so that one says nothing. */
function hasTitleCase(reading: Reading): boolean {
  return titleOf(reading).hasCase;
}

const titleOf = once(({ tokens }: Reading): { readonly hasCase: boolean } => {
  const words = tokens.filter((token) => token.kind === "word" && !token.isStop);
  const capitals = words.length > 3 ? words.filter((token) => /^\p{Lu}/u.test(token.text)).length : 0;
  return { hasCase: capitals > words.length * 0.8 };
});
