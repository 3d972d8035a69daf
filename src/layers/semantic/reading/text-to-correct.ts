/**
 * Where a text begins whose capitals, endings and punctuation are what is asked about: behind the colon, the sentence or
 * the line that speaks of grammar, spelling or case (`Fix the typos: …`). `undefined` where none is brought along.
 */
export function textToCorrectAt(text: string): number | undefined {
  if (text.length > longest || !speaksOfWriting.test(text)) return undefined;
  const found = brought.exec(text);
  return found === null ? undefined : found.index + found[0].length;
}

/** In UTF-16 units; longer texts are compared word by word by other means. */
const longest = 20_000;
const speaksOfWriting =
  /\b(?:grammar|grammatical(?:ly)?|ungrammatical|proof-?read|typos?|punctuat\w*|capitali[sz]\w*|(?:upper|lower|title|sentence)[ -]?case|spell(?:ing|-?check)?|well[ -]formed)\b/i;
const brought = /:\s*(?=\S)|[.?!]\s+(?=\S)|\n/;
