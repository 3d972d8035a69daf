import type { Span } from "./tokenise.ts";

/**
 * Words that are another word when they are written with a capital, and that can stand in the same place: `polish shoes`
 * and `Polish shoes`, `how is it taught` and `how is IT taught`. Names of countries, towns and months are not here, since most
 * people who write `china` without a capital mean the country.
 */
export const capitonyms: ReadonlySet<string> = new Set("polish aids us it who act sat add arm ram swift".split(" "));

/** The places of those that are written as names in a text that uses capitals for names alone. */
export function capitonymsIn(spans: readonly Span[]): ReadonlySet<number> {
  const words = spans.filter(({ kind }) => kind === "word");
  const small = words.filter(({ text }) => /^\p{Ll}/u.test(text)).length;
  // In capitals or in title case throughout they name nothing.
  if (small * 2 < words.length - 1) return new Set();
  const found = words.filter((span, index) => {
    const { text, startsSentence } = span;
    const lower = text.toLowerCase();
    if (!capitonyms.has(lower) || text === lower) return false;
    // Behind the article there is but one it can be.
    if (lower === "us" && words[index - 1]?.text.toLowerCase() === "the") return false;
    return !startsSentence || (text.length > 1 && text === text.toUpperCase());
  });
  return new Set(found.map(({ at }) => at));
}
