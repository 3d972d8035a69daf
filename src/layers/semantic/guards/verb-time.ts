import type { Reading, Token } from "../reading/reading.ts";
import { spellingVariant } from "../reading/spelling-variants.ts";

/**
 * Whether two texts tell of another time beside what they ask: one of what was, the other of what will or may be ("I was
 * fired", "I may be fired"); or word for word the same with one verb in another time ("who wins", "who won").
 */
export function tellOtherTimes(asked: Reading, found: Reading): boolean {
  return isPastAgainstFuture(asked, found) || isPastAgainstFuture(found, asked) || differInOneVerb(asked, found);
}

const past = new Set("was were did had".split(" "));
const future = new Set("will shall may might".split(" "));

function isPastAgainstFuture(one: Reading, other: Reading): boolean {
  return has(one, past) && !has(one, future) && has(other, future) && !has(other, past);
}

function has({ tokens }: Reading, words: ReadonlySet<string>): boolean {
  return tokens.some(({ kind, spelled }) => kind === "word" && words.has(spelled));
}

function differInOneVerb({ tokens: one }: Reading, { tokens: other }: Reading): boolean {
  if (one.length !== other.length) return false;
  const differing = one.flatMap((token, at) => {
    const counterpart = other[at] as Token;
    return token.spelled === counterpart.spelled ? [] : [[token, counterpart] as const];
  });
  const [pair] = differing;
  if (pair === undefined || differing.length > 1) return false;
  const [first, second] = pair;
  return first.kind === "word" && first.lemma === second.lemma && isPast(first) !== isPast(second);
}

/** `won`, `walked`; no plural, and no word that is its own base, however it is spelled. */
function isPast({ spelled, lemma }: Token): boolean {
  if (spelled === "have" || spelled === "has") return false;
  return (
    spellingVariant(spelled) !== lemma &&
    !/(?:s|ing|men|women|children|feet|teeth|mice|geese)$/.test(spelled) &&
    !present.has(spelled)
  );
}

const present = new Set("is are am be been being does do".split(" "));
