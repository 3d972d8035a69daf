import type { Pair, Token } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { questionFrames } from "./question-frame.ts";
import { isComparative } from "./question-type.ts";
import { auxiliaries, interrogatives } from "./question-words.ts";
import {
  areContrasting,
  coordinators,
  genitives,
  instruments,
  lopsided,
  movableAdverbs,
  noAdverbs,
  relations,
  subordinators,
} from "./relation-words.ts";
import { isBehindBe, looksLikeParticiple, type Part, type Parts, partsOf } from "./sentence-parts.ts";

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

/** A matched word, with its part in each of the two texts. */
interface Shared {
  readonly asked: Part;
  readonly found: Part;
}

const mostCompared = 200;

function differInParts(pair: Pair): boolean {
  const asked = partsOf(pair.asked);
  const found = partsOf(pair.found);
  const repeated: Shared[] = [];
  for (const match of pair.alignment.matched) {
    const one = asked.byToken.get(match.asked);
    const other = found.byToken.get(match.found);
    if (one === undefined || other === undefined || isGrammar(match.asked.lower)) continue;
    repeated.push({ asked: one, found: other });
  }
  const shared = inOrder(repeated);
  if (shared.length > mostCompared) {
    return shared.some((each, index) => index > 0 && each.found.index < (shared[index - 1]?.found.index ?? 0));
  }
  if (shared.some((each) => areContrasting(each.asked.relation, each.found.relation))) return true;
  const texts: Texts = { asked, found, shared, compares: onlyOneSaysThan(pair) };
  for (let first = 0; first < shared.length; first++) {
    for (let second = first + 1; second < shared.length; second++) {
      const one = shared[first];
      const other = shared[second];
      if (one !== undefined && other !== undefined && exchanges(one, other, texts)) return true;
    }
  }
  return false;
}

/**
 * By the place in the question, without words that either text has several times: which of them is which is told by the
 * words beside them.
 */
function inOrder(shared: readonly Shared[]): Shared[] {
  const asked = new Map<string, number>();
  const found = new Map<string, number>();
  for (const each of shared) {
    const one = each.asked.token.lemma;
    const other = each.found.token.lemma;
    asked.set(one, (asked.get(one) ?? 0) + 1);
    found.set(other, (found.get(other) ?? 0) + 1);
  }
  return shared
    .filter((each) => asked.get(each.asked.token.lemma) === 1 && found.get(each.found.token.lemma) === 1)
    .sort((one, other) => one.asked.index - other.asked.index);
}

/** Closed classes are the frame that content is laid out in, not content that could change its part. */
function isGrammar(word: string): boolean {
  return relations.has(word) || subordinators.has(word) || coordinators.has(word);
}

interface Texts {
  readonly asked: Parts;
  readonly found: Parts;
  readonly shared: readonly Shared[];
  /** "Is A cheaper than B" beside "which is cheaper, B or A": the order says nothing. */
  readonly compares: boolean;
}

/** `one` stands before `other` in the question; whether they play other parts in the stored text. */
function exchanges(one: Shared, other: Shared, texts: Texts): boolean {
  if (texts.compares) return false;
  const isInverted = one.found.index > other.found.index;
  const flip = passiveFlip(one, other, texts);
  if (!isInverted) return flip || haveExchangedRelations(one, other);
  if (flip) return false;
  if (negates(one) || negates(other)) return isNegationMoved(one, other, texts);
  return !(
    isAdverbMoved(one, other, texts) ||
    areListed(one, other, texts) ||
    haveKeptRelations(one, other, texts) ||
    isGenitive(one, other, texts) ||
    isInstrument(one, other, texts) ||
    isPassiveWithoutAgent(one, other, texts) ||
    isPredicateOfList(one, other, texts) ||
    isNumberOfNeighbor(one, other)
  );
}

function haveExchangedRelations(one: Shared, other: Shared): boolean {
  const first = one.asked.relation;
  const second = other.asked.relation;
  return first !== second && one.found.relation === second && other.found.relation === first;
}

/**
 * Whether exactly one of the texts is a passive with these two as its patient and agent. If so, the two texts agree
 * where the words stand the other way round, and disagree where they stand alike.
 */
function passiveFlip(one: Shared, other: Shared, { asked, found }: Texts): boolean {
  const inAsked = agentOf(asked, one.asked, other.asked);
  const inFound =
    one.found.index < other.found.index
      ? agentOf(found, one.found, other.found)
      : agentOf(found, other.found, one.found);
  if (inAsked === inFound) return false;
  const active = inAsked ? [one.found, other.found] : [one.asked, other.asked];
  return active.every((part) => part.relation !== "by");
}

/** Whether `patient` stands before the verb of a passive and `agent` behind its `by`. */
function agentOf(parts: Parts, patient: Part, agent: Part): boolean {
  return parts.passives.some(
    ({ verb, by }) =>
      patient.index < verb &&
      patient.sentence === agent.sentence &&
      agent.index > by &&
      agent.relation === "by" &&
      parts.all[by]?.sentence === agent.sentence,
  );
}

const negation: ReadonlySet<string> = new Set(["not", "never"]);

function negates({ asked }: Shared): boolean {
  return negation.has(asked.token.spelled);
}

/** "Why does my code not run" is "why doesn't my code run"; "here but not there" is not "not here but there". */
function isNegationMoved(one: Shared, other: Shared, { asked, found }: Texts): boolean {
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
  return adverbs.length === 1 && adverb !== undefined && keepsHead(adverb, texts, -4);
}

function isMovable({ lower, kind, isName }: Token): boolean {
  if (kind !== "word" || isName) return false;
  return movableAdverbs.has(lower) || (lower.endsWith("ly") && lower.length > 4 && !noAdverbs.has(lower));
}

/** Whether both stand in one list in both texts, each still before the noun it belongs to. */
function areListed(one: Shared, other: Shared, texts: Texts): boolean {
  const inAsked = isList(texts.asked, one.asked, other.asked);
  const inFound = isList(texts.found, other.found, one.found);
  // "A German actress", "an actress and German".
  if (inAsked !== inFound) {
    const [first, second] = inAsked ? [other.found, one.found] : [one.asked, other.asked];
    return second.index === first.index + 1 && !(one.asked.token.isName && other.asked.token.isName);
  }
  return inAsked && keepsHead(one, texts) && keepsHead(other, texts);
}

/** Whether a coordinator or a comma stands between the two, and nothing that begins another phrase. */
function isList(parts: Parts, first: Part, second: Part): boolean {
  if (first.sentence !== second.sentence || first.clause !== second.clause) return false;
  let isJoined = false;
  for (let index = first.index + 1; index <= second.index; index++) {
    const part = parts.all[index];
    const word = parts.words[index] ?? "";
    if (coordinators.has(word) || part?.isAfterComma === true) isJoined = true;
    if (coordinators.has(word) || index === second.index) continue;
    if (lopsided.has(word) || auxiliaries.has(word) || interrogatives.has(word)) return false;
    if (part?.relation !== first.relation && part?.relation !== "") return false;
  }
  return isJoined && (first.relation === second.relation || second.relation === "vs" || second.relation === "versus");
}

/** Whether the word that follows at once in one text still follows in the other; it may stand up to `least` before. */
function keepsHead(each: Shared, { asked, found }: Texts, least = 1): boolean {
  return (
    keepsNext(asked, each.asked, found, each.found, least) && keepsNext(found, each.found, asked, each.asked, least)
  );
}

function keepsNext(from: Parts, part: Part, to: Parts, own: Part, least: number): boolean {
  const next = from.all[part.index + 1];
  if (next === undefined || next.isAfterComma || next.token.isStop || isGrammar(next.token.lower)) return true;
  const lemma = next.token.lemma;
  if (!to.all.some(({ token }) => token.lemma === lemma)) return true;
  // "A static and a dynamic website": the head is shared by all of a list.
  const isListed = coordinators.has(to.words[own.index + 1] ?? "") || to.all[own.index + 1]?.isAfterComma === true;
  const reach = isListed ? 8 : 3;
  for (let distance = least; distance <= reach; distance++) {
    if (distance !== 0 && to.all[own.index + distance]?.token.lemma === lemma) return true;
  }
  return false;
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

/** "How is it diagnosed", "how do you diagnose it": the verb of a passive that names no agent. */
function isPassiveWithoutAgent(one: Shared, other: Shared, texts: Texts): boolean {
  return isParticiple(one, texts) || isParticiple(other, texts);
}

function isParticiple({ asked, found }: Shared, texts: Texts): boolean {
  const inAsked = texts.asked.passives.some(({ verb }) => verb === asked.index);
  const inFound = texts.found.passives.some(({ verb }) => verb === found.index);
  if (inAsked !== inFound) return (inAsked ? texts.found : texts.asked).passives.length === 0;
  if (asked.token.lower === found.token.lower || asked.token.lemma !== found.token.lemma) return false;
  return isPassive(texts.asked, asked) !== isPassive(texts.found, found);
}

function isPassive({ all, words }: Parts, { index, token }: Part): boolean {
  return looksLikeParticiple(token.lower) && isBehindBe(all, words, index);
}

/** "Gauze can be used to stop it", "stop it using gauze". */
function isInstrument(one: Shared, other: Shared, { asked, found }: Texts): boolean {
  return (
    (isUsedFor(asked, one.asked, other.asked) && instruments.has(one.found.relation)) ||
    (isUsedFor(found, other.found, one.found) && instruments.has(other.asked.relation))
  );
}

function isUsedFor(parts: Parts, tool: Part, purpose: Part): boolean {
  return parts.uses.some(
    ({ verb, by }) => tool.sentence === purpose.sentence && tool.index < verb && purpose.index > by,
  );
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

function onlyOneSaysThan({ asked, found }: Pair): boolean {
  const [one, other] = [asked, found].map((reading) => questionFrames(reading));
  if (one?.length !== 1 || other?.length !== 1) return false;
  const first = one[0];
  const second = other[0];
  if (first?.type !== "comparison" || second?.type !== "comparison") return false;
  return first.sentence.words.includes("than") !== second.sentence.words.includes("than");
}

const thirdPersons: ReadonlySet<string> = new Set("he him his she her hers himself herself".split(" "));

/** "Did he call her", "did she call him". */
function differInPronouns({ asked, found }: Pair): boolean {
  const [one, other] = [asked, found].map((reading) => {
    const own = reading.tokens.filter((token) => thirdPersons.has(token.spelled)).map((token) => token.spelled);
    return own.join(" ");
  });
  return one !== other;
}
