import { endOf } from "./end-of.ts";

/** One of the words that numbers are made of. */
const words =
  /(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|billion|trillion)(?![\p{L}'])/iuy;
const wordGap = /(?: and |[ -])/iy;
/** By their value; from 2 on they are read, since `I` and `V` are other things too. */
export const romans: readonly string[] =
  " i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(" ");
export const ordinalWords = new Map(
  " first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
    .split(" ")
    .map((word, value) => [word, String(value)] as const),
);
const numberSigns = new RegExp(
  `\\p{N}|(?<!\\p{L})(?:${words.source}|half|dozen|twice|thrice|noon|midnight|` +
    `${[...ordinalWords.keys(), ...romans].filter((word) => word.length > 1).join("|")})(?!\\p{L})`,
  "iu",
);

/** Whether a text can hold more than what is said in passing; many times quicker than reading its quantities. */
export function mayHoldQuantities(text: string): boolean {
  return numberSigns.test(text);
}

/** Where the row of number words that begins at `at` ends: `two hundred and fifty`. */
export function numberWordsEnd(text: string, at: number): number | undefined {
  let end = endOf(words, text, at);
  for (let next = end; next !== undefined; ) {
    end = next;
    const afterGap = endOf(wordGap, text, end);
    next = afterGap === undefined ? undefined : endOf(words, text, afterGap);
  }
  return end;
}
