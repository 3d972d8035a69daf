import type { WordTable } from "./word-table.ts";

/**
 * The word that the unknown `word` is two slips away from, of the slips that people make who do not know how it is
 * written: letters doubled or not, swapped, left in, and one vowel for another (`tommorow`, `restaraunt`). All strings
 * two slips away are tried, about two thousand; of several words one must be `lead` steps of frequency commoner.
 */
export function afterTwoSlips(word: string, table: WordTable, lead: number): string | undefined {
  const found = new Map<string, number>();
  for (const once of slipsOfSpelling(word)) {
    for (const twice of slipsOfSpelling(once)) {
      const frequency = table.frequency(twice);
      if (frequency >= commonFrequency) found.set(twice, frequency);
    }
  }
  const [best, second] = [...found].sort(([, one], [, other]) => other - one);
  if (best === undefined || best[1] - (second?.[1] ?? -Infinity) < lead) return undefined;
  return best[0];
}

/** A word in a million: so much may be guessed of common words only. */
const commonFrequency = 75;
const vowels = "aeiou";

function slipsOfSpelling(word: string): string[] {
  const slips: string[] = [];
  for (let at = 1; at < word.length; at++) {
    const head = word.slice(0, at);
    const here = word.charAt(at);
    const tail = word.slice(at + 1);
    slips.push(head + tail);
    if (here === word.charAt(at - 1)) continue;
    slips.push(head + here + here + tail);
    if (tail !== "") slips.push(head + tail.charAt(0) + here + tail.slice(1));
    if (!vowels.includes(here)) continue;
    for (const vowel of vowels) if (vowel !== here) slips.push(head + vowel + tail);
  }
  return slips;
}
