import type { Token } from "../reading/reading.ts";
import { exclusiveMembers } from "./exclusive-groups.ts";
import type { Guard } from "./guard.ts";
import { areOpposite } from "./opposites.ts";
import { haveOppositeParticles } from "./particles.ts";
import { wordDifference } from "./word-difference.ts";

/**
 * Vetoes where one text has a word and the other has its opposite (`enable`, `disable`) or its alternative (`Monday`,
 * `Friday`) in its place, where a particle points the other way, and where both texts have both words of an opposition
 * but not in the same order (`after buying, before selling`).
 */
export const antonyms: Guard = {
  name: "antonyms",
  vetoes(pair) {
    const { askedOnly, foundOnly } = wordDifference(pair);
    return (
      askedOnly.some((asked) => foundOnly.some((found) => excludeEachOther(asked, found))) ||
      haveOppositeParticles(pair.asked, pair.found)
    );
  },
};

function excludeEachOther(asked: Token, found: Token): boolean {
  return (
    areOpposite(asked.spelled, found.spelled) || areOpposite(asked.lemma, found.lemma) || areAlternatives(asked, found)
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
