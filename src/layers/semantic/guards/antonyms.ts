import { capitonyms, capitonymsIn } from "../reading/capitonyms.ts";
import { namesakesIn } from "../reading/namesakes.ts";
import type { Matched, Pair, Reading, Token } from "../reading/reading.ts";
import { tokenise } from "../reading/tokenise.ts";
import { isCancelled, isRaised } from "./degree.ts";
import { isDoubtfulSlip, oppositesOf } from "./doubtful-slips.ts";
import { exclusiveMembers } from "./exclusive-groups.ts";
import type { Guard } from "./guard.ts";
import { once } from "./once.ts";
import { haveOppositeAffixes } from "./opposite-affixes.ts";
import { areOpposite, isOppositeComparative } from "./opposites.ts";
import { haveOppositeParticles } from "./particles.ts";
import { withSharedSpelling } from "./shared-spelling.ts";
import { someDiffer, wordDifference } from "./word-difference.ts";

/**
 * Vetoes where one text has a word and the other has its opposite (`enable`, `disable`) or its alternative (`Monday`,
 * `Friday`, `polish` and `Polish`) instead, and where a particle points the other way. Two opposites in one phrase make none: `less risky` and
 * `safer`, `more open` and `less closed`.
 */
export const antonyms: Guard = {
  name: "antonyms",
  vetoes(given) {
    const pair = withSharedSpelling(given);
    return (
      someDiffer(wordDifference(pair), (asked, found) => excludeEachOther(pair, asked, found)) ||
      haveOppositeParticles(pair.asked, pair.found) ||
      haveOtherCapitals(given) ||
      given.alignment.matched.some(areOppositeTerms) ||
      isDoubtfulSlip(given, oppositesOf)
    );
  },
};

/** `Polish shoes` and `polish shoes`, `cook turkey` and `visit Turkey`, where the capital is the writer's choice in both. */
function haveOtherCapitals({ asked, found }: Pair): boolean {
  const [one, other] = [capitonymsOf(asked), capitonymsOf(found)];
  return [...one].some(([word, isName]) => other.has(word) && other.get(word) !== isName);
}

const capitonymsOf = once((reading: Reading): ReadonlyMap<string, boolean> => {
  const spans = tokenise(reading.text);
  const named = capitonymsIn(spans);
  const namesakes = namesakesIn(spans);
  const all = reading.tokens.filter(
    ({ lower, at, text }) => namesakes.has(at) || (capitonyms.has(lower) && (named.has(at) || text === lower)),
  );
  return new Map(all.map(({ lower, at }) => [lower, named.has(at) || namesakes.get(at) === "name"]));
});

/** `Macroplastic` is no slip of `microplastic`, nor is any other word that begins or ends with the opposite. */
function areOppositeTerms({ asked, found, by }: Matched): boolean {
  return by === "spelling" && haveOppositeAffixes(asked.lower, found.lower);
}

function excludeEachOther(pair: Pair, asked: Token, found: Token): boolean {
  return (
    (areOpposites(asked, found) && !isCancelled(pair, asked, found)) ||
    areOppositeDegrees(pair, asked, found) ||
    areAlternatives(asked, found) ||
    areLetters(pair, asked, found)
  );
}

function areOpposites(asked: Token, found: Token): boolean {
  if (areOpposite(asked.spelled, found.spelled)) return true;
  const isBase = asked.lemma === asked.spelled && found.lemma === found.spelled;
  return !isBase && areOpposite(asked.lemma, found.lemma);
}

/** `cheaper` and `more expensive`. */
function areOppositeDegrees({ asked, found }: Pair, one: Token, other: Token): boolean {
  return (
    (isOppositeComparative(one.spelled, other.spelled) && isRaised(found, other)) ||
    (isOppositeComparative(other.spelled, one.spelled) && isRaised(asked, one))
  );
}

function areAlternatives(asked: Token, found: Token): boolean {
  const ofAsked = membersOf(asked);
  if (ofAsked === undefined) return false;
  const ofFound = membersOf(found);
  return (
    ofFound?.some(({ group, member }) => ofAsked.some((other) => other.group === group && other.member !== member)) ??
    false
  );
}

function membersOf({ spelled, lemma }: Token) {
  return exclusiveMembers.get(spelled) ?? exclusiveMembers.get(lemma);
}

/** Vitamin C and vitamin D, plan A and plan B. `a` and `i` are letters only where they can be no other words. */
function areLetters({ asked, found }: Pair, one: Token, other: Token): boolean {
  return one.lower !== other.lower && isLetter(asked, one) && isLetter(found, other);
}

function isLetter({ tokens }: Reading, token: Token): boolean {
  if (!/^[a-z]$/.test(token.lower)) return false;
  if (token.lower !== "a" && token.lower !== "i") return true;
  const before = tokens[tokens.indexOf(token) - 1]?.lemma ?? "";
  return token === tokens.at(-1) || namedByLetters.has(before);
}

const namedByLetters = new Set(
  "vitamin hepatitis plan type grade class option group team section part level blood letter point size answer choice".split(
    " ",
  ),
);
