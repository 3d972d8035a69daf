import type { Pair, Reading, Token } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { once } from "./once.ts";
import { areAlike, type Between, isParticle, relationWords } from "./relation-differences.ts";

/**
 * Vetoes where the same words are joined by other little words: "pay with a card" and "pay for a card", "report my
 * manager" and "report to my manager", "look after" and "look for". Prepositions and particles are too common to weigh
 * anything by themselves, and vectors hardly see them. So both texts are cut into the words that carry content and what
 * stands between two of them. Where the same two words are neighbours in both texts, the prepositions between them must
 * be the same, or differ in a way that is known to say nothing (`relation-differences.ts`). Where the words moved there
 * is nothing to lay side by side, and the guard of order speaks.
 */
export const relations: Guard = {
  name: "relations",
  vetoes(pair) {
    const differences = differencesOf(pair);
    if (differences.length === 0 || isRetold(pair)) return false;
    return differences.some((each, index) => {
      if (isMovedParticle(each, differences[index + 1]) || isMovedParticle(differences[index - 1], each)) return false;
      return !areAlike(each.asked, each.found);
    });
  },
};

/** A long text that is told in other words has other prepositions as well: what it says is left to the scorer. */
function isRetold({ asked, found, alignment: { askedOnly, foundOnly } }: Pair): boolean {
  const isContent = ({ spelled }: Token) => !relationWords.has(spelled);
  const isLong = Math.min(asked.content.length, found.content.length) >= wordy;
  return isLong && askedOnly.some(isContent) && foundOnly.some(isContent);
}

const wordy = 8;

interface Difference {
  readonly asked: Between;
  readonly found: Between;
}

function differencesOf({ asked, found, alignment }: Pair): readonly Difference[] {
  const [ofAsked, ofFound] = [gapsOf(asked), gapsOf(found)];
  if (ofAsked.sequence === ofFound.sequence) return none;
  let counterparts: Map<Token, Token> | undefined;
  const differences: Difference[] = [];
  for (const gap of ofAsked.all) {
    if (counterparts === undefined) {
      counterparts = new Map(alignment.matched.map((match) => [match.asked, match.found]));
    }
    const before = counterparts.get(gap.before);
    const other = before === undefined ? undefined : ofFound.byBefore.get(before);
    if (other === undefined || !isSame(gap.behind, other.behind, counterparts)) continue;
    if (gap.words === other.words || gap.hasSlip || other.hasSlip) continue;
    differences.push({ asked: gap, found: other });
  }
  return differences;
}

/** Both are the end, or each is the other's counterpart. */
function isSame(asked: Token | undefined, found: Token | undefined, counterparts: ReadonlyMap<Token, Token>): boolean {
  return asked === undefined ? found === undefined : found !== undefined && counterparts.get(asked) === found;
}

const none: readonly Difference[] = Object.freeze([]);

/** `Turn the phone on` and `turn on the phone`. */
function isMovedParticle(first: Difference | undefined, second: Difference | undefined): boolean {
  if (first === undefined || second === undefined || first.asked.behind !== second.asked.before) return false;
  const { asked, found } = first;
  const particle = asked.words === "" ? found.words : found.words === "" ? asked.words : "";
  if (!isParticle(particle)) return false;
  return second.asked.words === found.words && second.found.words === asked.words;
}

interface Gaps {
  readonly all: readonly Between[];
  readonly byBefore: ReadonlyMap<Token, Between>;
  /** The prepositions of the whole text with their places; most texts that are near have the same. */
  readonly sequence: string;
}

const gapsOf = once(({ tokens }: Reading): Gaps => {
  const all: Between[] = [];
  const byBefore = new Map<Token, Between>();
  let before: Token | undefined;
  let words = "";
  let hasSlip = false;
  let sequence = "";
  let isVerb = false;
  const close = (behind: Token | undefined) => {
    if (before !== undefined) {
      const gap = { before, isVerb, behind, words, hasSlip };
      all.push(gap);
      byBefore.set(before, gap);
    }
    sequence += `${words},`;
    before = behind;
    words = "";
    hasSlip = false;
  };
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "sign") continue;
    if (token.kind === "word" && isRelation(tokens, index, isVerb)) {
      words += words === "" ? token.spelled : ` ${token.spelled}`;
    } else if (!token.isStop) {
      close(token);
      isVerb = takesVerb.has(tokens[index - 1]?.spelled ?? "");
    }
    if (token.spelled !== token.lower) hasSlip ||= relationWords.has(token.spelled);
  }
  close(undefined);
  return { all, byBefore, sequence };
});

/** What stands before the verb it belongs to; nothing before a command. */
const takesVerb = new Set(
  "i you we they he she it one people who to can could should would will must may might do does did not let lets and or".split(
    " ",
  ),
);

/** Whether a word relates what stands before it to what follows; `isBehindVerb`: the last word of content is a verb. */
function isRelation(tokens: readonly Token[], index: number, isBehindVerb: boolean): boolean {
  const word = (tokens[index] as Token).spelled;
  if (!relationWords.has(word)) return false;
  const next = tokens[index + 1]?.spelled ?? "";
  // `Cook like a chef`, but `people like cats`.
  if (word === "like") return isBehindVerb && next !== "to";
  // `To be` and `to do` say no more than nothing.
  if (word === "to") return !emptyVerbs.has(next);
  return word !== "as" || !(tokens[index - 1]?.spelled === "such" || comparing.has(next));
}

const emptyVerbs = new Set(["be", "do", "have"]);
/** `As well`, `as fast as`. */
const comparing = new Set("well same much many soon long far good fast quickly".split(" "));
