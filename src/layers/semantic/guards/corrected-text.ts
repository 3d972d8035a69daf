import type { Reading } from "../reading/reading.ts";

/** The text as it was written, but with slips of the pen set right (`twnety minutes` is `twenty minutes`). */
export function correctedText(reading: Reading): string {
  let corrected = "";
  let at = 0;
  for (const token of reading.tokens) {
    // A contraction is several tokens of one text: it stays as it is.
    if (token.spelled === token.lower || token.lower.length !== token.text.length) continue;
    corrected += reading.text.slice(at, token.at) + token.spelled;
    at = token.at + token.text.length;
  }
  return corrected + reading.text.slice(at);
}
