import type { Pair } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { isComparative, questionFrames } from "./question-frame.ts";
import { formsOfBe } from "./question-words.ts";
import { areContrasting, coordinators, genitives, movableAdverbs, relations, subordinators } from "./relation-words.ts";
import { type Part, type Parts, partsOf } from "./sentence-parts.ts";

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

/** By the place in the question. Where one word stands several times, its places are matched from left to right. */
function inOrder(shared: readonly Shared[]): Shared[] {
  const byWord = new Map<string, Shared[]>();
  for (const each of shared) {
    const word = each.found.token.lemma;
    const same = byWord.get(word);
    if (same === undefined) byWord.set(word, [each]);
    else same.push(each);
  }
  const ordered: Shared[] = [];
  for (const same of byWord.values()) {
    const asked = same.map((each) => each.asked).sort((one, other) => one.index - other.index);
    const found = same.map((each) => each.found).sort((one, other) => one.index - other.index);
    for (const [index, part] of asked.entries()) ordered.push({ asked: part, found: found[index] ?? part });
  }
  return ordered.sort((one, other) => one.asked.index - other.asked.index);
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
  return !(
    movesFreely(one) ||
    movesFreely(other) ||
    areListed(one, other, texts) ||
    haveKeptRelations(one, other, texts) ||
    isGenitive(one, other, texts) ||
    isPassiveWithoutAgent(one, other, texts) ||
    isPredicateOfList(one, other, texts)
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

function movesFreely({ asked }: Shared): boolean {
  const { lower, kind } = asked.token;
  return kind === "word" && (movableAdverbs.has(lower) || (lower.endsWith("ly") && lower.length > 5));
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

/** Whether a coordinator stands between the two, and nothing that begins another phrase. */
function isList(parts: Parts, first: Part, second: Part): boolean {
  if (first.sentence !== second.sentence || first.clause !== second.clause) return false;
  let isJoined = false;
  for (let index = first.index + 1; index < second.index; index++) {
    const part = parts.all[index];
    const word = parts.words[index] ?? "";
    if (coordinators.has(word)) isJoined = true;
    else if (part?.relation !== first.relation && part?.relation !== "") return false;
  }
  return isJoined && (first.relation === second.relation || second.relation === "vs" || second.relation === "versus");
}

/** Whether the word that follows at once in one text still belongs to it in the other. */
function keepsHead(each: Shared, texts: Texts): boolean {
  return keepsNext(each.asked, texts, "asked", "found") && keepsNext(each.found, texts, "found", "asked");
}

function keepsNext(part: Part, texts: Texts, from: "asked" | "found", to: "asked" | "found"): boolean {
  const head = texts.shared.find((each) => each[from].index === part.index + 1);
  const own = texts.shared.find((each) => each[from] === part);
  if (head === undefined || own === undefined) return true;
  const distance = head[to].index - own[to].index;
  return (distance > 0 && distance <= 3) || (distance < 0 && distance >= -4);
}

/** Whether each moved together with what governs it, and that tells the two apart. */
function haveKeptRelations(one: Shared, other: Shared, texts: Texts): boolean {
  if (place(one.asked) !== place(one.found) || place(other.asked) !== place(other.found)) return false;
  return place(one.asked) !== place(other.asked) && keepsHead(one, texts) && keepsHead(other, texts);
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
  const isPassive = texts.asked.passives.some(({ verb }) => verb === asked.index);
  if (isPassive !== texts.found.passives.some(({ verb }) => verb === found.index)) return true;
  if (asked.token.lower === found.token.lower || asked.token.lemma !== found.token.lemma) return false;
  return isBehindBe(texts.asked, asked) !== isBehindBe(texts.found, found);
}

function isBehindBe(parts: Parts, part: Part): boolean {
  if (!/(?:ed|en|t|wn|de|ld|nd|ng|ck|n)$/.test(part.token.lower) || part.token.lower.endsWith("ing")) return false;
  for (let index = part.index - 1; index >= 0 && index >= part.index - 8; index--) {
    if (parts.all[index]?.sentence !== part.sentence) return false;
    if (formsOfBe.has(parts.words[index] ?? "")) return true;
  }
  return false;
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
