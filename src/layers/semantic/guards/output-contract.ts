import type { Reading, Token } from "../reading/reading.ts";
import { requestVerbs } from "../reading/request-words.ts";
import { languageNames } from "./language-names.ts";
import { once } from "./once.ts";
import { phrasesFor } from "./output-phrases.ts";
import { requestOf } from "./request-start.ts";

/**
 * What a text asks of the form of the answer: its language, format, length, tone, speaker, audience and extras. Found by
 * phrases in the words of the request, with slips set right, contractions opened and numbers in digits. Each finding is
 * a wish in one form; texts that ask for the same form have the same set of wishes.
 */
export const outputContract = once((reading: Reading): ReadonlySet<string> => {
  const { start, end } = requestOf(reading);
  const tokens = withRequestFirst(reading, reading.tokens.slice(start, end));
  const spelled = tokens.map(({ kind, lemma, spelled: word }) => {
    if (kind === "number") return lemma;
    return kind === "code" && enclosed.test(word) ? "…" : word;
  });
  const words = ` ${spelled.join(" ")} `;
  const wishes = new Set<string>();
  for (const { wish, pattern } of phrasesFor(spelled)) {
    for (const found of words.matchAll(pattern)) {
      const form = canonical(found.slice(1).find((group) => group !== undefined) ?? "");
      wishes.add(`${wish} ${form}`);
    }
  }
  for (const token of tokens) {
    const name = languageNames.get(token.spelled);
    if (name === undefined) continue;
    const isMeant =
      !name.isAlsoWord || token.isName || before.some((word) => words.includes(` ${word} ${token.spelled} `));
    if (isMeant) wishes.add(`language ${name.of}`);
  }
  return wishes;
});

/** `For my aunt, write a poem` as `write a poem for my aunt`. */
function withRequestFirst({ text }: Reading, tokens: readonly Token[]): readonly Token[] {
  const verb = tokens.findIndex((token) => requestVerbs.has(token.spelled));
  const [first, before] = [tokens[0], tokens[verb - 1]];
  if (first === undefined || before === undefined || !/^(?:in|on|for|with|about|to)$/.test(first.spelled))
    return tokens;
  const apart = text.slice(before.at + before.text.length, tokens[verb]?.at);
  return apart.trim() === "," ? [...tokens.slice(verb), ...tokens.slice(0, verb)] : tokens;
}

/** Quoted text and code ask for nothing themselves. */
const enclosed = /^["'`$<\\~]/;
/** Before a word that is also the name of a language. */
const before = ["in", "into", "to", "from", "speak", "learn"] as const;

/** Several ways to write one wish. */
const sameWishes: readonly (readonly [RegExp, string])[] = [
  [/^(?:bullets?|bullet points?|bulleted list|bullet list|bulleted)$/, "bullet"],
  [/^(?:child|children|kids?|toddlers?|preschoolers?|eli ?5|5 years? olds?|5)$/, "child"],
  [/^(?:beginner|newbie|novice|dummy|dummie|layman|laymen|layperson|laypeople|non-expert)s?$/, "beginner"],
  [/^a (?:single )?(?=word|sentence|line|paragraph|page)/, "1 "],
  [/^e-mail$/, "email"],
  [/^js$/, "javascript"],
  [/^golang$/, "go"],
  [/(?<=[a-z]{2})s$/, ""],
];

function canonical(found: string): string {
  return sameWishes.reduce((form, [pattern, wish]) => form.replace(pattern, wish), found.trim());
}
