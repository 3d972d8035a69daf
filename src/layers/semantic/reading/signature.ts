import { withoutPoliteness } from "./politeness.ts";
import type { Token } from "./reading.ts";

/**
 * The ordered content of an English text, as one string. Left out is only what never turns a question: politeness at
 * both ends, and articles that stand before a content word. Set to one form are slips, contractions, numbers, `is` and
 * `are`, `do` and `does`, and the ways to ask how something is done. Everything else stays, in its order.
 */
export function signatureOf(tokens: readonly Token[]): string {
  const words = tokens.map((token) => token.spelled);
  const [start, end] = withoutPoliteness(words);
  const kept: string[] = [];
  for (let index = start; index < end; index++) {
    const token = tokens[index] as Token;
    if (articles.has(token.spelled)) {
      const next = tokens[index + 1];
      if (next !== undefined && index + 1 < end && isNoun(next)) continue;
    }
    kept.push(form(token));
  }
  return howForms(kept).join(" ");
}

const articles = new Set(["a", "an", "the"]);

/** Words before which an article says something: a few, the who, the us. */
const afterArticle = new Set("few little lot bit number who it us we what how why when where which one".split(" "));

function isNoun(token: Token): boolean {
  return !(token.kind === "word" && (afterArticle.has(token.spelled) || articles.has(token.spelled)));
}

const sameForms = new Map([
  ["is", "be"],
  ["are", "be"],
  ["am", "be"],
  ["does", "do"],
]);

function form(token: Token): string {
  if (token.kind === "word") return sameForms.get(token.spelled) ?? token.spelled;
  return token.kind === "number" ? token.lemma : token.lower;
}

const howOpenings = ["how do i", "how can i", "how do you", "how can you", "how do one", "how can one", "how to"];

function howForms(words: readonly string[]): readonly string[] {
  if (words[0] !== "how") return words;
  for (const opening of howOpenings) {
    const parts = opening.split(" ");
    if (parts.every((part, index) => words[index] === part)) return ["how", "to", ...words.slice(parts.length)];
  }
  return words;
}
