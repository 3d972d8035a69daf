import { antonymPairs } from "./antonym-pairs.ts";
import { haveOppositeAffixes } from "./opposite-affixes.ts";

/**
 * Whether two words say the opposite: by the table, by the table for the stems of two comparatives, superlatives,
 * adverbs or nouns made in the same way (`colder` and `warmer`, `loudly` and `quietly`), or by their affixes.
 */
export function areOpposite(one: string, other: string): boolean {
  if (one === other) return false;
  return (
    isListed(one, other) ||
    // `Fast` is an adverb too, and `slowly` is one only.
    (one.endsWith("ly") !== other.endsWith("ly") && isListed(withoutAdverb(one), withoutAdverb(other))) ||
    // Words with the same ending end in the same letter; few pairs of words do.
    (one.at(-1) === other.at(-1) && haveOppositeStems(one, other)) ||
    haveOppositeAffixes(one, other)
  );
}

function haveOppositeStems(one: string, other: string): boolean {
  return endings.some((ending) => {
    if (!one.endsWith(ending) || !other.endsWith(ending)) return false;
    const stemsOfOther = stems(other, ending);
    return stems(one, ending).some((stem) => stemsOfOther.some((counter) => isListed(stem, counter)));
  });
}

function withoutAdverb(word: string): string {
  return word.length > 4 && word.endsWith("ly") ? word.slice(0, -2) : word;
}

function isListed(one: string, other: string): boolean {
  return counterparts.get(one)?.has(other) ?? false;
}

/** The words of the other sides of the rows that `word` is in. */
export function listedOppositesOf(word: string): Iterable<string> {
  return counterparts.get(word) ?? [];
}

const counterparts = new Map<string, Set<string>>();
for (const [some, others] of antonymPairs) {
  for (const one of some) {
    for (const other of others) {
      counterpartsOf(one).add(other);
      counterpartsOf(other).add(one);
    }
  }
}

function counterpartsOf(word: string): Set<string> {
  const known = counterparts.get(word);
  if (known !== undefined) return known;
  const fresh = new Set<string>();
  counterparts.set(word, fresh);
  return fresh;
}

/** Whether the comparative or superlative `one` says the opposite of `more` or `most` with `plain`. */
export function isOppositeComparative(one: string, plain: string): boolean {
  return ["er", "est"].some(
    (ending) => one.endsWith(ending) && stems(one, ending).some((stem) => isListed(stem, plain)),
  );
}

const endings = ["er", "est", "ly", "ness", "ing", "ed", "s"] as const;

function stems(word: string, ending: string): readonly string[] {
  const stem = word.slice(0, -ending.length);
  const last = stem.at(-1);
  const found = [stem, `${stem}e`];
  if (last === "i") found.push(`${stem.slice(0, -1)}y`);
  if (last !== undefined && last === stem.at(-2)) found.push(stem.slice(0, -1));
  return found;
}
