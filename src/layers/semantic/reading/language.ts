import type { Token } from "./reading.ts";

/**
 * English or not, cheaply: by the script, by the grammar words of English and of its neighbours, and by the share of
 * words the lexicon knows. The lexicon holds foreign words that stand in English texts (`la`, `die`, `est`), so a few
 * known words alone do not make a text English where grammar of another language stands beside them.
 */
export function languageOf(tokens: readonly Token[], text: string): "en" | "other" {
  if (!ascii.test(text) && otherScript.test(text)) return "other";
  let words = 0;
  let known = 0;
  let english = 0;
  let foreign = 0;
  for (const token of tokens) {
    if (token.kind !== "word" || token.lower === "'s") continue;
    words++;
    if (englishGrammar.has(token.spelled)) english++;
    else if (foreignGrammar.has(token.lower)) foreign++;
    if (accented.test(token.lower)) foreign += 0.5;
    else if (token.isKnown || token.spelled !== token.lower) known++;
  }
  if (foreign > english && foreign >= 2) return "other";
  if (words <= shortText && (english === 0 || foreign > 0)) return known >= words / 2 ? "en" : "other";
  if (english >= words * 0.15) return known >= words * (foreign > 0 ? 0.4 : 0.33) ? "en" : "other";
  return known >= words * (foreign > 0 ? 0.7 : 0.6) ? "en" : "other";
}

/** Up to so many words a text need have no grammar. */
const shortText = 4;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII.
const ascii = /^[\x00-\x7f]*$/;
const accented = /[^a-z'&.-]/;
/** Greek letters stand in English texts on mathematics. */
const otherScript = /(?=\p{L})[^\p{Script=Latin}\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}]/u;

/** Common words that are English and nothing else, or far commoner there. */
const englishGrammar = new Set(
  (
    "the of and to is are was were what how why when where which who does do did can could should would will " +
    "with from for this that these those my your our their his her you they we it not have has had if there i be"
  ).split(" "),
);

/** Common words of French, German, Spanish, Portuguese, Italian, Dutch and romanised Hindi that English texts hardly have. */
const foreignGrammar = new Set(
  (
    "le les des du une et est dans pour qui que quel quelle quels sont avec sur pas je tu il elle nous vous " +
    "der das ein eine einen und ist sind wie wer wo warum nicht mit von zu auf ich wir sie kann " +
    "el los las un una y es son como por para con del al cual donde cuando porque mi su " +
    "o os uma e é são não está do da dos das em no na qual quando onde por meu minha " +
    "il lo gli di che e sono come dove perche quale con per nel della " +
    "het een van en dat wat hoe waar waarom niet zijn voor met op ik mijn naar " +
    "mein meine mir mich dem bitte nach wird oder si puedo sin quiero tengo posso voce mon mes cette peux " +
    "kya kaise hai hain mera meri mujhe karna kare karein nahi kab kyun"
  )
    .split(" ")
    .filter((word) => !"do no as i me he was so to".split(" ").includes(word)),
);
