import type { Token } from "./reading.ts";

/**
 * English or not, cheaply: by the script, by the share of words the lexicon knows, and by the grammar words, which no
 * other language of the same script uses so. A short phrase needs only known words; a longer one needs grammar too.
 */
export function languageOf(tokens: readonly Token[], text: string): "en" | "other" {
  let words = 0;
  let known = 0;
  let grammar = 0;
  for (const token of tokens) {
    if (token.kind !== "word" || token.lower === "'s") continue;
    words++;
    if (foreignLetters.test(token.lower)) {
      if (otherScript.test(token.lower)) return "other";
      continue;
    }
    if (token.isKnown || token.spelled !== token.lower) known++;
    if (englishGrammar.has(token.lower)) grammar++;
  }
  if (words === 0) return otherScript.test(text) ? "other" : "en";
  const share = known / words;
  if (words <= 4) return share >= 0.5 ? "en" : "other";
  if (grammar / words >= 0.15) return share >= 0.5 ? "en" : "other";
  return share >= 0.75 ? "en" : "other";
}

const foreignLetters = /[^a-z'&.-]/;
const otherScript = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;

/** Common words that are English and nothing else, or far commoner there. */
const englishGrammar = new Set(
  (
    "the of and to is are was were what how why when where which who do does did can could should would will " +
    "with from for this that these those my your our their his her you they we it not have has had if there"
  ).split(" "),
);
