/**
 * Whether a token that somebody has chosen could be guessed by one who may try as often as he likes. What it looks like
 * sets a bound on how random it can be: each character is one of those that occur in it, and what is repeated adds nothing.
 */

/** A token of 32 hexadecimal digits, from `openssl rand -hex 16`, has more; any sentence, year and name has less. */
const leastBits = 96;

export function isGuessable(token: string): boolean {
  const distinct = new Set(token).size;
  return withoutRepeats(token).length * Math.log2(distinct) < leastBits || isOfWords(token);
}

/** Pieces of three characters that came before are left out. */
function withoutRepeats(token: string): string {
  let kept = "";
  for (let at = 0; at < token.length; at++) {
    const isRepeated = at >= 3 && token.slice(0, at).includes(token.slice(at, at + 3)) && at + 3 <= token.length;
    if (!isRepeated) kept += token[at] as string;
  }
  return kept;
}

/** Letters of one case between marks, as people write and generators do not: there are fewer words than letters make. */
function isOfWords(token: string): boolean {
  const words = token.split(/[^\p{L}]+/u).filter((word) => word.length >= 3);
  const ofWords = words.filter((word) => /^\p{Lu}?\p{Ll}+$/u.test(word) || /^\p{Lu}+$/u.test(word));
  return ofWords.join("").length >= token.length * 0.6;
}
