import type { Pair, Reading } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { mayMove } from "./moves.ts";
import { questionFrames } from "./question-frame.ts";
import { areContrasting } from "./relation-words.ts";
import { counts, type Shared, type SharedWords, sharedWords, type Texts } from "./shared-words.ts";
import { passiveFlip } from "./voice.ts";

/**
 * Vetoes where the same words play other parts: "from Rome to Oslo" and "from Oslo to Rome", "Anna hit Ben" and "Ben hit
 * Anna", "a deep network with logistic output" and "a logistic network with deep output". The content that the two share
 * is laid in order; each two words that stand the other way round must have a reason to: a list, a phrase that moved with
 * the word that governs it, a genitive, a passive, an adverb. Anything else is a veto. Words in the same order are vetoed
 * where the words that govern them were exchanged, or say the opposite. Quadratic in the words shared, so long texts are
 * only looked through for any change of order at all.
 */
export const order: Guard = {
  name: "order",
  vetoes(pair) {
    return differInPronouns(pair) || differInParts(pair);
  },
};

const mostCompared = 60;

function differInParts(pair: Pair): boolean {
  const shared = sharedWords(pair);
  const { all, single } = shared;
  if (single.length > mostCompared) return !isInOrder(single);
  if (all.some((each) => areContrasting(each.asked.relation, each.found.relation))) return true;
  if (onlyOneSaysThan(pair)) return false;
  for (const [index, one] of single.entries()) {
    if (single.slice(index + 1).some((other) => exchanges(one, other, shared))) return true;
  }
  return isInOrder(single) && haveRepeatsMoved(shared);
}

function isInOrder(shared: readonly Shared[]): boolean {
  return shared.every((each, index) => index === 0 || each.found.index > (shared[index - 1]?.found.index ?? 0));
}

/** `one` stands before `other` in the question; whether they play other parts in the stored text. */
function exchanges(one: Shared, other: Shared, texts: Texts): boolean {
  const isInverted = one.found.index > other.found.index;
  const flip = passiveFlip(one, other, texts);
  if (!isInverted) return flip || haveExchangedRelations(one, other);
  return !flip && !mayMove(one, other, texts);
}

function haveExchangedRelations(one: Shared, other: Shared): boolean {
  const first = one.asked.relation;
  const second = other.asked.relation;
  return first !== second && one.found.relation === second && other.found.relation === first;
}

/**
 * "From Rome to Oslo, Oslo to Bonn" and "from Rome to Oslo, Bonn to Oslo": words that stand several times have gone
 * elsewhere among words that have not moved.
 */
function haveRepeatsMoved({ all, asked, found }: SharedWords): boolean {
  const words = all.map((each) => each.found.token.lemma);
  if (new Set(words).size === words.length) return false;
  const inAsked = counts(asked.all.map(({ token }) => token.lemma));
  const inFound = counts(found.all.map(({ token }) => token.lemma));
  if (all.some(({ asked: { token } }) => inAsked.get(token.lemma) !== inFound.get(token.lemma))) return false;
  const ordered = [...all].sort((one, other) => one.found.index - other.found.index);
  return ordered.some((each, index) => each.found.token.lemma !== words[index]);
}

/** "Is A cheaper than B" beside "which is cheaper, B or A": the order says nothing. */
function onlyOneSaysThan({ asked, found }: Pair): boolean {
  const [one, other] = [asked, found].map((reading) => questionFrames(reading));
  if (one?.length !== 1 || other?.length !== 1) return false;
  const first = one[0];
  const second = other[0];
  if (first?.type !== "comparison" || second?.type !== "comparison") return false;
  return first.sentence.words.includes("than") !== second.sentence.words.includes("than");
}

const thirdPersons: ReadonlySet<string> = new Set("he him his she her hers himself herself".split(" "));

/** "Did he call her", "did she call him"; "who I follow", "who follows me". */
function differInPronouns({ asked, found }: Pair): boolean {
  const [one, other] = [asked, found].map((reading) =>
    reading.tokens
      .filter((token) => thirdPersons.has(token.spelled))
      .map((token) => token.spelled)
      .join(" "),
  );
  if (one !== other) return true;
  if (haveExchangedSubjects(asked, found)) return true;
  const [mine, theirs] = [ownPart(asked), ownPart(found)];
  return mine !== undefined && theirs !== undefined && mine !== theirs;
}

/** "She stays and I go", "I stay and she goes": the same people, each in the other's place. */
function haveExchangedSubjects(asked: Reading, found: Reading): boolean {
  const [one, other] = [asked, found].map(({ tokens }) =>
    tokens.map((token) => token.spelled).filter((word) => subjectPersons.has(word)),
  ) as [string[], string[]];
  return one.join(" ") !== other.join(" ") && one.toSorted().join(" ") === other.toSorted().join(" ");
}

const subjectPersons: ReadonlySet<string> = new Set("i he she they we".split(" "));

/** Whether the asker does something in a clause of the question, or has it done; undefined where both or neither. */
function ownPart(reading: Reading): "i" | "me" | undefined {
  const frames = questionFrames(reading);
  const isObject = frames.some(({ sentence }) => sentence.words.includes("me"));
  const isSubject = frames.some(({ sentence: { words }, at, auxiliary }) =>
    words.some((word, index) => word === "i" && index > at && words[index - 1] !== auxiliary),
  );
  return isObject === isSubject ? undefined : isSubject ? "i" : "me";
}
