import { EditedWord } from "./edited-word.ts";
import type { WordTable } from "./word-table.ts";

/**
 * The word that the unknown `word` is two slips away from, of the slips that people make who do not know how it is
 * written: letters doubled or not, swapped, left in, and one vowel for another (`tommorow`, `restaraunt`). All strings
 * two slips away are tried, about a thousand and of a very long word ten times as many; of several words one must be
 * `lead` steps of frequency commoner.
 */
export function afterTwoSlips(word: string, table: WordTable, lead: number): string | undefined {
  const found = new Map<string, number>();
  const first = new EditedWord(table).take(word);
  const second = new EditedWord(table);
  forEachSlip(word, 1, (...slip) => {
    const once = first.edited(...slip);
    second.take(once);
    // Two slips that do not touch give the same in either order.
    forEachSlip(once, Math.max(1, slip[0] - reach), (at, cut, one, other) => {
      const frequency = second.frequency(at, cut, one, other);
      if (frequency >= commonFrequency) found.set(second.edited(at, cut, one, other), frequency);
    });
  });
  const [best, next] = [...found].sort(([, one], [, other]) => other - one);
  if (best === undefined || best[1] - (next?.[1] ?? -Infinity) < lead) return undefined;
  return best[0];
}

/** A word in a million: so much may be guessed of common words only. */
const commonFrequency = 75;
const vowels = [..."aeiou"].map((vowel) => vowel.charCodeAt(0));
/** How far before a slip another one can lie that reads or writes the same letters. */
const reach = 3;

type Slip = [at: number, cut: number, one: number, other: number];

/** Tells of each such slip from a place on: `cut` letters from `at` on replaced by at most two, 0 for none. */
function forEachSlip(word: string, from: number, hear: (...slip: Slip) => void): void {
  for (let at = from; at < word.length; at++) {
    const here = word.charCodeAt(at);
    hear(at, 1, 0, 0);
    if (here === word.charCodeAt(at - 1)) continue;
    hear(at, 1, here, here);
    if (at + 1 < word.length) hear(at, 2, word.charCodeAt(at + 1), here);
    if (!vowels.includes(here)) continue;
    for (const vowel of vowels) if (vowel !== here) hear(at, 1, vowel, 0);
  }
}
