import { withoutPoliteness } from "./politeness.ts";
import { questionForm } from "./question-form.ts";
import type { Token } from "./reading.ts";
import { questionWords, requestVerbs } from "./request-words.ts";
import { spellingVariant } from "./spelling-variants.ts";
import { inUsualOrder } from "./word-order.ts";

/**
 * The ordered content of an English text, as one string. Left out is only what never turns a question: politeness at
 * both ends, and articles that stand before a content word. Set to one form are slips, contractions, numbers, `is` and
 * `are`, `do` and `does`, and the ways to ask how something is done. Everything else stays, in its order.
 */
export function signatureOf(tokens: readonly Token[], text: string): string {
  const words = tokens.map((token) => token.spelled);
  const breaks = tokens.map((token, index) => breakBefore(token, tokens[index - 1], text));
  const [start, end] = withoutPoliteness({ words, breaks });
  const request = withPlainRequest(tokens.slice(start, end));
  const first = end - request.length;
  const placed = request.map((token, index) => ({ token, apart: breaks[first + index] ?? "" }));
  const ordered = inUsualOrder(placed).map(({ token }) => token);
  const kept: string[] = [];
  for (const [index, token] of ordered.entries()) {
    if (emphasis.has(token.spelled) && isEmphasis(ordered[index - 1], ordered[index + 1])) continue;
    if (articles.has(token.spelled)) {
      const next = ordered[index + 1];
      const isNamed = token.spelled === "the" && index + 3 >= ordered.length && isDefinition(kept);
      if (next !== undefined && !isNamed && saysNothing(token.spelled, next)) continue;
    }
    kept.push(form(token));
  }
  return questionForm(kept, isTold(words, start)).join(" ");
}

/** `Would you mind writing` as `write`. */
function withPlainRequest(tokens: readonly Token[]): readonly Token[] {
  const verb = tokens[3];
  const isAsked = ["would", "you", "mind"].every((word, index) => tokens[index]?.spelled === word);
  if (!isAsked || verb === undefined || !requestVerbs.has(verb.lemma)) return tokens;
  return [{ ...verb, spelled: verb.lemma }, ...tokens.slice(4)];
}

/** The punctuation between a word and the one before it. */
function breakBefore(token: Token, before: Token | undefined, text: string): string {
  return before === undefined || before.at === token.at ? "" : text.slice(before.at + before.text.length, token.at);
}

/** `what exactly is`, `how do I actually`: nothing else is asked for. */
const emphasis = new Set(["exactly", "actually"]);
const openingVerbs = new Set("is are was were do does did can could should would will has have".split(" "));

function isEmphasis(before: Token | undefined, next: Token | undefined): boolean {
  if (before === undefined || next === undefined || next.kind !== "word" || next.spelled === "not") return false;
  return questionWords.has(before.spelled) || openingVerbs.has(before.spelled) || /^(?:i|you|we)$/.test(before.spelled);
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
const asking = new Set("explain know ask wonder wondering curious idea".split(" "));

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
  ["whom", "who"],
]);

function form(token: Token): string {
  if (token.kind === "word") return sameForms.get(token.spelled) ?? spellingVariant(token.spelled);
  if (token.kind === "number") return token.lemma;
  // Which signs quote a text says nothing.
  return token.kind === "code" ? token.lower.replace(/^'([^'"]+)'$/, '"$1"') : token.lower;
}
