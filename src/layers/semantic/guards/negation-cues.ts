import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";
import { requestOf } from "./request-start.ts";

/** A word that says no, and what it says no to. */
export interface Negated {
  /** The base form of the nearest content word behind the cue; empty where none follows. */
  readonly of: string;
  /** The same, and the words joined to it by `or`, `nor` and `and`. */
  readonly scope: readonly string[];
  /** A verb (`stop`, `avoid`) whose place another verb can take (`overcome`, `cure`), other than that of `not`. */
  readonly isVerb: boolean;
}

/** Words that say no by themselves. */
const cues = new Set(
  (
    "not n't nt never no none nobody nothing nowhere neither nor without except excluding unless hardly barely scarcely " +
    "cannot unable incapable inability lack lacking w/o sans aint minus"
  ).split(" "),
);

const verbs = new Set("stop avoid prevent refuse forbid prohibit quit cease skip omit".split(" "));

/** `can't` and its like as they are typed in a hurry: the apostrophe lost, or a letter with it. */
const slips = new Set(
  (
    "cant wont dont doesnt dosent doesent dosnt doesn didnt didn dident isnt isn arent aren wasnt wasn werent weren couldnt " +
    "couldn shouldnt shouldn wouldnt wouldn havent haven hasnt hasn hadnt hadn mustnt mustn neednt needn mightnt shant dnt"
  ).split(" "),
);

/** Words behind which `don` is `don't` and no name. */
const beforeDon = new Set("why i you we they".split(" "));

/** Words before a `t` that was parted from them: `can t`, `don t`. */
const beforeT = new Set(
  "can don doesn didn isn aren wasn weren couldn shouldn wouldn haven hasn hadn mustn needn won ain".split(" "),
);

/**
 * Phrases in which a cue says no to nothing (`no matter`), in which two words are one cue (`instead of`), or which only
 * say that somebody asks (`I do not know how`). The number is how many cues the phrase is; `v` one that is a verb.
 */
const phrases = parsed(
  "not only=0,whether or not=0,no matter=0,not mind=0,yes or no=0,no problem=0,no doubt=0,no idea how=0,no idea what=0," +
    "non stop=0,bus stop=0,tram stop=0,pit stop=0,full stop=0,one stop=0,truck stop=0,rest stop=0,nearest stop=0,next stop=0," +
    "stop sign=0,stop motion=0,stop loss=0,stop word=0,last stop=0,stop watch=0,toll free=0,nothing but=0,anything but=1,everything but=1,all but=1,can not help but=0," +
    "can not wait=0,fail to=1,not fail to=0,instead of=1,rather than=1,apart from=1,aside from=1,other than=1,lack of=1,yet to=1," +
    "free of=1,free from=1,no one=1,no longer=1,refrain from=v,get rid of=v,get rid off=v,rid of=v,give up=v," +
    "gluten free=1,sugar free=1,dairy free=1,lactose free=1,fat free=1,nut free=1,alcohol free=1,caffeine free=1,tax free=1," +
    "duty free=1,interest free=1,debt free=1,pain free=1,stress free=1,drug free=1,smoke free=1,ad free=1," +
    "i be not sure how=0,i be not sure what=0,i be not sure why=0,i be not sure where=0,i be not sure if=0,i be not sure which=0," +
    "i do not know how=0,i do not know what=0,i do not know why=0,i do not know where=0,i do not know if=0,i do not know which=0," +
    "i do not understand how=0,i do not understand what=0,i do not understand why=0,i can not figure out=0,i can not remember how=0",
);

/** One walk through the text; where a phrase begins, it is taken whole. */
export const negationsOf = once((reading: Reading): readonly Negated[] => {
  const tokens = reading.tokens.slice(0, requestOf(reading).end);
  const negated: Negated[] = [];
  let isJoined = false;
  for (let index = 0; index < tokens.length; index++) {
    const phrase = phraseAt(tokens, index);
    const { spelled } = tokens[index] as Token;
    // "neither a nor b" and "not a nor b" say no once.
    const isCueHere = phrase === undefined && isCue(tokens, index) && !(spelled === "nor" && isJoined);
    if (phrase !== undefined) index += phrase.words.length - 1;
    if (!isCueHere && (phrase?.cues ?? 0) === 0) continue;
    isJoined = true;
    negated.push({
      ...(freeOf(tokens, index) ?? scopeBehind(tokens, index)),
      isVerb: phrase?.isVerb ?? isVerb(tokens[index] as Token),
    });
  }
  return negated;
});

function isVerb(token: Token): boolean {
  return verbs.has(token.lemma) || verbs.has(token.spelled) || token.lemma === "keep";
}

function isCue(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index] as Token;
  if (token.kind !== "word") return false;
  const next = tokens[index + 1];
  // "No. 5" counts, and "..., or not?" asks the same as without.
  if (token.lower === "no" && next?.kind === "number") return false;
  if (token.spelled === "not" && next === undefined && tokens[index - 1]?.spelled === "or") return false;
  if (cues.has(token.spelled) || cues.has(token.lemma) || slips.has(token.lower)) return true;
  if (token.lemma !== "keep" && isVerb(token)) return true;
  if (token.lemma === "keep") return tokens.slice(index + 1, index + longestKept).some(({ lower }) => lower === "from");
  if (token.lower === "don") return beforeDon.has(tokens[index - 1]?.lower ?? "");
  if (token.lower === "t") return beforeT.has(tokens[index - 1]?.lower ?? "");
  // A hyphenated word may have been taken apart.
  return /^non-?$|^non-|-free$|\bn't$/.test(token.lower) || (token.lower === "free" && /.-free$/i.test(token.text));
}

/** In tokens: `keep my old dog from barking`. */
const longestKept = 5;

function phraseAt(tokens: readonly Token[], index: number): Phrase | undefined {
  const token = tokens[index] as Token;
  const started = phrases.get(token.lemma) ?? phrases.get(token.spelled);
  return started?.find(({ words }) =>
    words.every((word, offset) => {
      const here = tokens[index + offset];
      return here?.lemma === word || here?.spelled === word;
    }),
  );
}

/** `gluten free` and `sugar-free` say no to what stands before. */
function freeOf(tokens: readonly Token[], index: number): Pick<Negated, "of" | "scope"> | undefined {
  const { lower, spelled } = tokens[index] as Token;
  const of = /^(.+)-free$/.exec(lower)?.[1] ?? (spelled === "free" ? tokens[index - 1]?.lemma : undefined);
  return of === undefined ? undefined : { of, scope: [of] };
}

const joining = new Set(["or", "nor", "and"]);

/** Behind the `not` of a verb the subject may stand before what is denied: `why doesn't the code compile`. */
const longestSubject = 3;

function scopeBehind(tokens: readonly Token[], index: number): Pick<Negated, "of" | "scope"> {
  const reach =
    tokens[index]?.spelled === "not" && auxiliaries.has(tokens[index - 1]?.lemma ?? "") ? longestSubject : 1;
  const scope: string[] = [];
  for (let at = index + 1; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const isJoined = joining.has(token.spelled) || joining.has(tokens[at - 1]?.spelled ?? "");
    if (scope.length >= reach && !isJoined) break;
    if (!token.isStop && !joining.has(token.spelled)) scope.push(token.lemma);
  }
  return { of: scope[0] ?? "", scope };
}

const auxiliaries = new Set("do be have can could will would should must may might shall need".split(" "));

interface Phrase {
  readonly words: readonly string[];
  readonly cues: number;
  readonly isVerb: boolean;
}

function parsed(text: string): ReadonlyMap<string, readonly Phrase[]> {
  const byFirst = new Map<string, Phrase[]>();
  for (const line of text.split(",")) {
    const [phrase = "", count = ""] = line.split("=");
    const words = phrase.split(" ");
    const started = byFirst.get(words[0] ?? "") ?? [];
    started.push({ words, cues: count === "0" ? 0 : 1, isVerb: count === "v" });
    byFirst.set(words[0] ?? "", started);
  }
  for (const started of byFirst.values()) started.sort((one, other) => other.words.length - one.words.length);
  return byFirst;
}
