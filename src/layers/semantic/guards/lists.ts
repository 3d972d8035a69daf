import { auxiliaries, interrogatives } from "./question-words.ts";
import { coordinators, lopsided } from "./relation-words.ts";
import type { Part, Parts } from "./sentence-parts.ts";
import { isGrammar, type Shared, type Texts } from "./shared-words.ts";

/** Whether both stand in one list in both texts, each still before the noun it belongs to. */
export function areListed(one: Shared, other: Shared, texts: Texts): boolean {
  const inAsked = isList(texts.asked, one.asked, other.asked);
  const inFound = isList(texts.found, other.found, one.found);
  // "A German actress", "an actress and German".
  if (inAsked !== inFound) {
    const [first, second] = inAsked ? [other.found, one.found] : [one.asked, other.asked];
    return second.index === first.index + 1 && !(one.asked.token.isName && other.asked.token.isName);
  }
  return inAsked && keepsHead(one, texts) && keepsHead(other, texts);
}

/** Whether a coordinator or a comma stands between the two, and nothing that begins another phrase. */
function isList(parts: Parts, first: Part, second: Part): boolean {
  if (first.sentence !== second.sentence || first.clause !== second.clause) return false;
  let isJoined = false;
  for (let index = first.index + 1; index <= second.index; index++) {
    const part = parts.all[index];
    const word = parts.words[index] ?? "";
    if (coordinators.has(word) || part?.isAfterComma === true) isJoined = true;
    if (coordinators.has(word) || index === second.index) continue;
    if (lopsided.has(word) || auxiliaries.has(word) || interrogatives.has(word)) return false;
    if (part?.relation !== first.relation && part?.relation !== "") return false;
  }
  return isJoined && first.relation === second.relation;
}

/** Whether the word that follows at once in one text still follows in the other; it may stand up to `least` before. */
export function keepsHead(each: Shared, { asked, found }: Texts, least = 1): boolean {
  return (
    keepsNext(asked, each.asked, found, each.found, least) && keepsNext(found, each.found, asked, each.asked, least)
  );
}

function keepsNext(from: Parts, part: Part, to: Parts, own: Part, least: number): boolean {
  const next = from.all[part.index + 1];
  if (next === undefined || next.token.isStop || isGrammar(next.token.lower)) return true;
  if (next.isAfterComma && !next.isInBrackets) return true;
  const lemma = next.token.lemma;
  if (!to.all.some(({ token }) => token.lemma === lemma)) return true;
  // "A static and a dynamic website": the head is shared by all of a list.
  const isListed = coordinators.has(to.words[own.index + 1] ?? "") || to.all[own.index + 1]?.isAfterComma === true;
  const reach = isListed ? 8 : 3;
  for (let distance = least; distance <= reach; distance++) {
    if (distance !== 0 && to.all[own.index + distance]?.token.lemma === lemma) return true;
  }
  return false;
}
