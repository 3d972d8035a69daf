/**
 * The same text as a string of its own. A slice, or what an expression found in a text, is a view of that text for V8, and
 * holds all of it in memory for as long as it is remembered. Half of a pair of surrogates becomes U+FFFD.
 */
export function ownText(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
