import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * Little words that are what is asked about, where elsewhere they say hardly anything: `the difference between can and
 * could`, and the article of a definition (`what is the matrix` is a film, `what is a matrix` a notion).
 */
export function speakOfOtherWords(asked: Reading, found: Reading): boolean {
  const [one, other] = [spokenOf(asked), spokenOf(found)];
  const differ = (some: string, others: string) => some !== "" && others !== "" && some !== others;
  return differ(one.compared, other.compared) || differ(one.article, other.article) || differ(one.meant, other.meant);
}

interface SpokenOf {
  readonly compared: string;
  readonly article: string;
  /** `What does X mean`, `use X in a sentence`. */
  readonly meant: string;
}

const spokenOf = once(({ tokens }: Reading): SpokenOf => {
  const at = tokens.findIndex(({ spelled }) => spelled === "between");
  const [first, and, second] = at < 0 ? [] : tokens.slice(at + 1).filter(({ kind }) => kind !== "sign");
  const isPair = /^(?:and|or|vs|versus)$/.test(and?.spelled ?? "") && first?.isStop === true && second?.isStop === true;
  const [question, be, article, thing] = tokens.length === 4 ? tokens : [];
  const isDefinition =
    /^(?:what|who)$/.test(question?.spelled ?? "") && /^(?:is|was)$/.test(be?.spelled ?? "") && thing !== undefined;
  return {
    compared: isPair ? [first.spelled, second.spelled].sort().join(" ") : "",
    meant: tokens.find((token, index) => isMeant(tokens, index) && !pronouns.has(token.spelled))?.lower ?? "",
    article: isDefinition ? (articles.get(article?.spelled ?? "") ?? "") : "",
  };
});

function isMeant(tokens: Reading["tokens"], at: number): boolean {
  const [before, behind] = [tokens[at - 1]?.spelled, tokens[at + 1]?.spelled];
  if (tokens[at]?.kind !== "word" || tokens[at]?.isStop !== true) return false;
  return (
    (before === "does" && behind === "mean") ||
    (before === "use" && behind === "in" && tokens.at(-1)?.lemma === "sentence")
  );
}

/** They stand for what was spoken of before. */
const pronouns = new Set("it this that these those he she they you one".split(" "));

const articles = new Map([
  ["a", "a"],
  ["an", "a"],
  ["the", "the"],
]);
