import type { Token } from "../reading/reading.ts";
import { areListed, keepsHead } from "./lists.ts";
import { isComparative } from "./question-type.ts";
import { coordinators, genitives, lopsided, movableAdverbs, noAdverbs } from "./relation-words.ts";
import type { Part, Parts } from "./sentence-parts.ts";
import type { Shared, Texts } from "./shared-words.ts";
import { isInstrument, isPassiveWithoutAgent } from "./voice.ts";

/**
 * Whether two words that stand the other way round in the stored text may do so and still say the same. Each reason is
 * one of the ways in which English lets words move.
 */
export function mayMove(one: Shared, other: Shared, texts: Texts): boolean {
  if (negates(one) || negates(other)) return !leavesClause(one, other, texts);
  return (
    isAdverbMoved(one, other, texts) ||
    areListed(one, other, texts) ||
    haveKeptRelations(one, other, texts) ||
    isGenitive(one, other, texts) ||
    isInstrument(one, other, texts) ||
    isPassiveWithoutAgent(one, other, texts) ||
    isPredicateOfList(one, other, texts) ||
    isExtraposed(texts) ||
    isComparedEitherWay(one, other, texts) ||
    isNumberOfNeighbor(one, other)
  );
}

const negation: ReadonlySet<string> = new Set(["not", "never"]);

/** Whether the word says no. */
function negates({ asked }: Shared): boolean {
  return negation.has(asked.token.spelled);
}

/** Whether a word moved out of its clause. "Why does my code not run" is "why doesn't my code run"; "here but not there" is not "not here but there". */
function leavesClause(one: Shared, other: Shared, { asked, found }: Texts): boolean {
  return separates(asked, one.asked, other.asked) || separates(found, other.found, one.found);
}

function separates({ all, words }: Parts, first: Part, second: Part): boolean {
  if (first.sentence !== second.sentence || first.clause !== second.clause) return true;
  for (let index = first.index + 1; index <= second.index; index++) {
    const word = words[index] ?? "";
    if (all[index]?.isAfterComma === true || coordinators.has(word) || lopsided.has(word)) {
      if (index < second.index || !negation.has(word)) return true;
    }
  }
  return false;
}

/** Whether one of the two is an adverb that went elsewhere in the same phrase; two adverbs do not change places. */
function isAdverbMoved(one: Shared, other: Shared, texts: Texts): boolean {
  const adverbs = [one, other].filter(({ asked }) => isMovable(asked.token));
  const adverb = adverbs[0];
  return (
    adverbs.length === 1 &&
    adverb !== undefined &&
    (keepsHead(adverb, texts, -4) || isOfVerb(adverb, texts)) &&
    !leavesClause(one, other, texts)
  );
}

/** "How do I quickly pick a lock", "how do I pick a lock quickly": before the verb in one text, at the end in the other. */
function isOfVerb({ asked, found }: Shared, texts: Texts): boolean {
  const isBeforeVerb = ({ words }: Parts, { index }: Part) => /^(?:i|you|we|one|they|to)$/.test(words[index - 1] ?? "");
  const isLast = ({ words }: Parts, { index }: Part) => index === words.length - 1;
  return (
    (isBeforeVerb(texts.asked, asked) && isLast(texts.found, found)) ||
    (isBeforeVerb(texts.found, found) && isLast(texts.asked, asked))
  );
}

function isMovable({ lower, kind, isName }: Token): boolean {
  if (kind !== "word" || isName) return false;
  return movableAdverbs.has(lower) || (lower.endsWith("ly") && lower.length > 4 && !noAdverbs.has(lower));
}

/** Whether each moved together with what governs it, and that tells the two apart. */
function haveKeptRelations(one: Shared, other: Shared, texts: Texts): boolean {
  const [first, second] = [place(one.asked), place(other.asked)];
  if (first === place(one.found) && second === place(other.found)) {
    return first !== second && keepsHead(one, texts) && keepsHead(other, texts);
  }
  return (
    (isSpilled(one, other, "found") && keepsHead(one, texts)) ||
    (isSpilled(other, one, "asked") && keepsHead(other, texts))
  );
}

/**
 * "Do people watch it in Rome", "do people in Rome watch it": no verb is known as such, so that the relation seems to
 * go on to what stands behind its phrase.
 */
function isSpilled(behind: Shared, phrase: Shared, text: "asked" | "found"): boolean {
  const plain = text === "found" ? "asked" : "found";
  return (
    phrase.asked.relation === phrase.found.relation &&
    phrase.asked.clause === phrase.found.clause &&
    behind.asked.clause === behind.found.clause &&
    phrase[text].relation !== "" &&
    behind[text].relation === phrase[text].relation &&
    behind[plain].relation === ""
  );
}

function place(part: Part): string {
  return `${part.clause} ${part.relation}`;
}

/** "The capital of France", "France's capital", "the France capital". */
function isGenitive(one: Shared, other: Shared, texts: Texts): boolean {
  return (
    (isOwned(texts.asked, one.asked, other.asked) && isCompound(texts.found, other.found, one.found)) ||
    (isOwned(texts.found, other.found, one.found) && isCompound(texts.asked, one.asked, other.asked))
  );
}

function isOwned(parts: Parts, head: Part, owner: Part): boolean {
  if (!genitives.has(owner.relation)) return false;
  for (let index = head.index + 1; index < owner.index; index++) {
    if (parts.all[index]?.relation === owner.relation) return parts.words[index] === owner.relation;
    if (parts.all[index]?.token.isStop === false) return false;
  }
  return false;
}

function isCompound(parts: Parts, owner: Part, head: Part): boolean {
  for (let index = owner.index + 1; index < head.index; index++) {
    const word = parts.words[index] ?? "";
    if (word !== "'s" && parts.all[index]?.token.isStop !== false) return false;
  }
  return head.index - owner.index <= 3 && owner.relation === head.relation;
}

/** "What is the difference between tin and zinc", "how does zinc differ from tin": two things, each a word or two. */
function isComparedEitherWay(one: Shared, other: Shared, { asked, found }: Texts): boolean {
  const isShort = [asked, found].every(
    ({ words, all }) =>
      words.some((word) => word.startsWith("differ")) &&
      all.filter(({ token }) => !token.isStop).length <= mostCompared,
  );
  return (
    isShort && [one, other].every(({ asked: part, found: counterpart }) => isContent(part) && isContent(counterpart))
  );
}

const mostCompared = 4;

function isContent({ token }: Part): boolean {
  return !token.isStop && !token.lower.startsWith("differ");
}

/** "Is it safe to eat raw eggs", "are raw eggs safe to eat". */
function isExtraposed({ asked, found }: Texts): boolean {
  const [one, other] = [isImpersonal(asked), isImpersonal(found)];
  return (
    one !== other &&
    [asked, found].every(({ words }) => isClosed(words) && words.filter((word) => word === "to").length === 1)
  );
}

function isClosed(words: readonly string[]): boolean {
  return words[0] === "is" || words[0] === "are";
}

function isImpersonal({ words }: Parts): boolean {
  return isClosed(words) && words[1] === "it";
}

/** "The 2016 election", "the election 2016", "30,000 INR", "INR 30,000". */
function isNumberOfNeighbor(one: Shared, other: Shared): boolean {
  const isNumber = (one.asked.token.kind === "number") !== (other.asked.token.kind === "number");
  if (!isNumber) return false;
  const number = one.asked.token.kind === "number" ? one : other;
  const isYear = /^(?:1[5-9]|20)\d\d$/.test(number.asked.token.lemma) && one.asked.relation === one.found.relation;
  return isYear || (other.asked.index - one.asked.index === 1 && one.found.index - other.found.index === 1);
}

/** "Which is better, A or B", "is A or B better". */
function isPredicateOfList(one: Shared, other: Shared, texts: Texts): boolean {
  const isPredicate = [one, other].some((each) => isComparative(each.asked.token.lower));
  return isPredicate && texts.asked.words.includes("or") && texts.found.words.includes("or");
}
