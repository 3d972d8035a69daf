/**
 * Brings a text to one form of Unicode without touching what it says: NFKC, but not for superscripts, subscripts,
 * fractions and circled or Roman numbers, which NFKC would turn into other numbers (5² into 52). Curly quotes become
 * straight, and what cannot be seen (soft hyphens, zero-width spaces) goes.
 */
export function fold(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(foldable, (run) => run.normalize("NFKC"))
    .replace(invisible, "")
    .replace(/[\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f\u2033]/g, '"')
    .replace(/[\u2010\u2011]/g, "-");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII, which needs no folding.
const plain = /^[\x00-\x7f]*$/;
const foldable =
  /[^\u00aa\u00b2\u00b3\u00b4\u00b9\u00ba\u00bc-\u00be\u2032\u2033\u2070-\u209f\u2150-\u218f\u2460-\u24ff]+/g;
const invisible = /[\u00ad\u200b\u2060\ufeff]/g;
