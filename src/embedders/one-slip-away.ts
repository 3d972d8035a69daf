/**
 * The known words that lie one slip of the pen away from a word: a letter left out, put in or changed, or two
 * neighbours swapped (Damerau 1964, https://doi.org/10.1145/363958.363994). All such strings are formed and looked up,
 * which for a word of eight letters are about 440 and needs no index beside the vocabulary.
 */

const letters = "abcdefghijklmnopqrstuvwxyz";
/** Shorter words have too many neighbours to tell which was meant. */
const shortest = 4;
const longest = 24;

/** The lowest row that `rowOf` has for such a word of at least four letters; rows are numbered from the commonest. */
export function rowOneSlipAway(word: string, rowOf: (word: string) => number | undefined): number | undefined {
  if (word.length < shortest || word.length > longest || !/^[a-z]+$/.test(word)) return undefined;
  let lowest: number | undefined;
  const consider = (other: string) => {
    if (other.length < shortest) return;
    const row = rowOf(other);
    if (row !== undefined && (lowest === undefined || row < lowest)) lowest = row;
  };
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    for (const letter of letters) consider(before + letter + after);
    if (after === "") break;
    const rest = after.slice(1);
    consider(before + rest);
    for (const letter of letters) consider(before + letter + rest);
    if (rest !== "") consider(`${before}${rest[0]}${after[0]}${rest.slice(1)}`);
  }
  return lowest;
}
