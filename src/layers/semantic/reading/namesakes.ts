import type { Span } from "./tokenise.ts";

/**
 * Things and what is named like them: `cook turkey` and `visit Turkey`, `open windows` and `open Windows`. Many type
 * names without a capital, so the small letter says that the thing is meant only where the writer uses capitals
 * otherwise. Names of people are not here, since who leaves the capital out of them still means somebody, and neither are
 * things that are spoken of far oftener than what is named like them (`word`).
 */
const namesakes: ReadonlySet<string> = new Set(
  (
    "china turkey chile jersey guinea mobile bath buffalo phoenix cork limerick java champagne cologne lima bologna august " +
    "lent scotch swede danish mercury titanic mg apple amazon windows excel slack zoom chrome safari oracle subway shell " +
    "dove orange jaguar puma mustang beetle galaxy eclipse python ruby rust spark flutter bash telegram discord alphabet"
  ).split(" "),
);

/** Where a text that uses capitals for names speaks of such a thing, or of what is named like it. */
export function namesakesIn(spans: readonly Span[]): ReadonlyMap<number, "thing" | "name"> {
  const found = new Map<number, "thing" | "name">();
  const named = spans.filter((span, index) => isNamesake(span, spans[index - 1]));
  if (named.length === 0 || !keepsCase(spans)) return found;
  for (const { at, text } of named) {
    if (small.test(text)) found.set(at, "thing");
    else if (capital.test(text)) found.set(at, "name");
  }
  return found;
}

/** The first word of a sentence has a capital in any case; behind a number stands a unit. */
function isNamesake({ kind, text, startsSentence }: Span, before: Span | undefined): boolean {
  return kind === "word" && !startsSentence && before?.kind !== "number" && namesakes.has(text.toLowerCase());
}

/** Some word begins with a capital though it is no such name, and most do not: neither all small nor a title. */
function keepsCase(spans: readonly Span[]): boolean {
  const words = spans.filter(({ kind }) => kind === "word");
  const smalls = words.filter(({ text }) => small.test(text)).length;
  if (smalls * 2 < words.length - 1) return false;
  return words.some(({ text }) => capital.test(text) && !namesakes.has(text.toLowerCase()));
}

const small = /^\p{Ll}+$/u;
/** `I` has its capital from whoever writes no other. */
const capital = /^\p{Lu}\p{Ll}+/u;
