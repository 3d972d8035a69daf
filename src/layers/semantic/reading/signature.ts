import { withoutPoliteness } from "./politeness.ts";
import { questionForm } from "./question-form.ts";
import type { Token } from "./reading.ts";
import { spellingVariant } from "./spelling-variants.ts";

/**
 * The ordered content of an English text, as one string. Left out is only what never turns a question: politeness at
 * both ends, and articles that stand before a content word. Set to one form are slips, contractions, numbers, `is` and
 * `are`, `do` and `does`, and the ways to ask how something is done. Everything else stays, in its order.
 */
export function signatureOf(tokens: readonly Token[], text: string): string {
  const words = tokens.map((token) => token.spelled);
  const [start, end] = withoutPoliteness({
    words,
    breaks: tokens.map((token, index) => breakBefore(token, tokens[index - 1], text)),
  });
  const kept: string[] = [];
  for (let index = start; index < end; index++) {
    const token = tokens[index] as Token;
    if (articles.has(token.spelled)) {
      const next = tokens[index + 1];
      const isNamed = token.spelled === "the" && index + 3 >= end && isDefinition(kept);
      if (next !== undefined && index + 1 < end && !isNamed && saysNothing(token.spelled, next)) continue;
    }
    kept.push(form(token));
  }
  return questionForm(kept, isTold(words, start)).join(" ");
}

/** The punctuation between a word and the one before it. */
function breakBefore(token: Token, before: Token | undefined, text: string): string {
  return before === undefined || before.at === token.at ? "" : text.slice(before.at + before.text.length, token.at);
}

/** `what is the matrix` asks for a film, `what is a matrix` for a notion: where nothing else follows, `the` stays. */
function isDefinition(kept: readonly string[]): boolean {
  return kept.length === 2 && (kept[0] === "what" || kept[0] === "who") && verbsToBe.has(kept[1] ?? "");
}

const verbsToBe = new Set(["be", "was", "were"]);

/** Whether the question is told of (`do you know what that is`), so that its verb may stand last. */
function isTold(words: readonly string[], start: number): boolean {
  const last = words[start - 1] ?? "";
  return last === "me" ? telling.has(words[start - 2] ?? "") : asking.has(last);
}

const telling = new Set("tell telling explain".split(" "));
const asking = new Set("know ask wonder wondering curious idea".split(" "));

const articles = new Set(["a", "an", "the"]);

/** Words before which the article says something: `a few` and `few`, `the US` and `us`. */
const indefinite = new Set("few little lot bit number couple one".split(" "));
const definite = new Set("who it us we i few little what how why when where which".split(" "));

function saysNothing(article: string, next: Token): boolean {
  if (next.kind !== "word") return true;
  return !articles.has(next.spelled) && !(article === "the" ? definite : indefinite).has(next.spelled);
}

const sameForms = new Map([
  ["is", "be"],
  ["are", "be"],
  ["am", "be"],
  ["does", "do"],
]);

function form(token: Token): string {
  if (token.kind === "word") return sameForms.get(token.spelled) ?? spellingVariant(token.spelled);
  return token.kind === "number" ? token.lemma : token.lower;
}
