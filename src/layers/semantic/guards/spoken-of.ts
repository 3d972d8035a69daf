import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * Little words that are what is asked about, where elsewhere they say hardly anything: `the difference between can and
 * could`, and the article of a definition (`what is the matrix` is a film, `what is a matrix` a notion).
 */
export function speakOfOtherWords(asked: Reading, found: Reading): boolean {
  const [one, other] = [spokenOf(asked), spokenOf(found)];
  const differ = (some: string, others: string) => some !== "" && others !== "" && some !== others;
  return differ(one.compared, other.compared) || differ(one.article, other.article);
}

interface SpokenOf {
  readonly compared: string;
  readonly article: string;
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
    article: isDefinition ? (articles.get(article?.spelled ?? "") ?? "") : "",
  };
});

const articles = new Map([
  ["a", "a"],
  ["an", "a"],
  ["the", "the"],
]);
