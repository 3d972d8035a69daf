/** A text as findings quote it: a long one ends behind a whole word, if it has any near the end, and says that it goes on. */

const mostQuoted = 80;
/** Of what is quoted, the part that may be given up for the end of a word. */
const mostGivenUp = 0.5;

export function quoted(text: string): string {
  if (text.length <= mostQuoted) return text;
  const start = text.slice(0, mostQuoted);
  // The last word is whole where another begins behind it.
  const [whole = ""] = /^[\s\S]*(?=\s)/.exec(text.slice(0, mostQuoted + 1)) ?? [];
  const kept = whole.trimEnd().length >= mostQuoted * (1 - mostGivenUp) ? whole.trimEnd() : start;
  // Half of a letter that takes two units is none.
  return `${kept.replace(/[\ud800-\udbff]$/, "")}…`;
}
