import { hashOn, multiplier, type WordSketch } from "./word-sketch.ts";

/**
 * The known words that lie one slip of the pen away from a word: a letter left out, put in or changed, or two
 * neighbours swapped (Damerau 1964, https://doi.org/10.1145/363958.363994). There are about 440 such strings of a word
 * of eight letters. The hash of each is put together from the hashes of what lies before and behind the slip, and only
 * those that a sketch of the vocabulary lets pass are formed and looked up.
 */

const letters = [..."abcdefghijklmnopqrstuvwxyz"];
/** Shorter words have too many neighbours to tell which was meant. */
const shortest = 4;
const longest = 24;

/** The lowest row that `rowOf` has for such a word of at least four letters; rows are numbered from the commonest. */
export function rowOneSlipAway(
  word: string,
  rowOf: (word: string) => number | undefined,
  known: Pick<WordSketch, "mayHave">,
): number | undefined {
  if (word.length < shortest || word.length > longest || !/^[a-z]+$/.test(word)) return undefined;
  const { before, behind, powers } = partsOf(word);
  let lowest: number | undefined;
  /** `cut` letters from `at` on replaced by `put`. */
  const consider = (at: number, cut: number, put: string) => {
    if (word.length - cut + put.length < shortest) return;
    const rest = at + cut;
    const hash = Math.imul(hashOn(before[at] as number, put), powers[rest] as number) + (behind[rest] as number);
    if (!known.mayHave(hash | 0)) return;
    const row = rowOf(word.slice(0, at) + put + word.slice(rest));
    if (row !== undefined && (lowest === undefined || row < lowest)) lowest = row;
  };
  for (let at = 0; at <= word.length; at++) {
    for (const letter of letters) consider(at, 0, letter);
    if (at === word.length) break;
    consider(at, 1, "");
    for (const letter of letters) consider(at, 1, letter);
    if (at + 1 < word.length) consider(at, 2, word.charAt(at + 1) + word.charAt(at));
  }
  return lowest;
}

/** The hashes of what lies before and behind each place, and the power that the length behind it stands for. */
function partsOf(word: string) {
  const [before, behind, powers] = [0, 0, 0].map(() => new Int32Array(word.length + 1)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (let at = 0; at < word.length; at++) before[at + 1] = hashOn(before[at] as number, word.charAt(at));
  powers[word.length] = 1;
  for (let at = word.length - 1; at >= 0; at--) {
    const power = powers[at + 1] as number;
    behind[at] = Math.imul(word.charCodeAt(at), power) + (behind[at + 1] as number);
    powers[at] = Math.imul(power, multiplier);
  }
  return { before, behind, powers };
}
