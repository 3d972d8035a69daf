import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

/** A word that says no, and what it says no to. */
export interface Negated {
  /** The base form of the nearest content word behind the cue; empty where none follows. */
  readonly of: string;
}

/** Words that say no by themselves. */
const cues = new Set(
  (
    "not n't nt never no none nobody nothing nowhere neither nor without except excluding unless hardly barely scarcely " +
    "cannot unable incapable inability lacking lacks w/o sans aint minus " +
    "stop avoid prevent refuse forbid prohibit quit cease"
  ).split(" "),
);

/** `can't` and its like as they are typed in a hurry: the apostrophe lost, or a letter with it. */
const slips = new Set(
  (
    "cant wont dont doesnt dosent doesent dosnt doesn didnt didn dident isnt isn arent aren wasnt wasn werent weren couldnt couldn " +
    "shouldnt shouldn wouldnt wouldn havent haven hasnt hasn hadnt hadn mustnt mustn neednt needn mightnt shant dnt"
  ).split(" "),
);

/** Words before a `t` that was parted from them: `can t`, `don t`. */
const beforeT = new Set(
  "can don doesn didn isn aren wasn weren couldn shouldn wouldn haven hasn hadn mustn needn won ain".split(" "),
);

/**
 * Phrases in which a cue says no to nothing (`or not`, `no later than`), or in which two words are one cue. The number
 * is how many cues the phrase is.
 */
const phrases = parsed(
  "not only=0,or not=0,whether or not=0,why not=0,no matter=0,not sure how=0,not sure what=0,not sure why=0,not sure where=0," +
    "not sure which=0,not sure if=0,not know how=0,not know what=0,not know where=0,not know why=0,not know which=0,not know if=0," +
    "not understand how=0,not understand what=0,not understand why=0,not remember how=0,not remember where=0,not mind=0," +
    "if not=1,yes or no=0,no problem=0,no doubt=0,non stop=0,bus stop=0,tram stop=0,pit stop=0,full stop=0,one stop=0," +
    "truck stop=0,rest stop=0,nearest stop=0,next stop=0,stop sign=0,stop motion=0,stop loss=0,trailing stop=0,stop word=0,last stop=0," +
    "not fail to=0,fail to=1,instead of=1,rather than=1,apart from=1,aside from=1,other than=1,lack of=1,free of=1,free from=1," +
    "gluten free=1,sugar free=1,dairy free=1,lactose free=1,fat free=1,nut free=1,alcohol free=1,caffeine free=1,tax free=1,duty free=1," +
    "interest free=1,debt free=1,pain free=1,stress free=1,drug free=1,smoke free=1,ad free=1,toll free=0,no one=1,no longer=1," +
    "neither nor=1,nothing but=0,cannot but=0,can not help but=0,none other=0,keep from=1,refrain from=1,get rid of=1",
);

/** Every word that begins no phrase and is no cue is passed over, so this is one walk through the text. */
export const negationsOf = once((reading: Reading): readonly Negated[] => {
  const { tokens } = reading;
  const negated: Negated[] = [];
  let neitherIsOpen = false;
  for (let index = 0; index < tokens.length; index++) {
    const phrase = phraseAt(tokens, index);
    if (phrase !== undefined) {
      index += phrase.length - 1;
      for (let count = 0; count < phrase.cues; count++) negated.push(negatedBy(tokens, index));
      continue;
    }
    if (!isCue(tokens, index)) continue;
    const { spelled } = tokens[index] as Token;
    // "neither a nor b" and "not a nor b" say no once.
    if (spelled === "nor" && neitherIsOpen) continue;
    neitherIsOpen = true;
    negated.push(negatedBy(tokens, index));
  }
  return negated;
});

function isCue(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index] as Token;
  if (token.kind !== "word") return false;
  if (cues.has(token.spelled) || cues.has(token.lemma) || slips.has(token.lower)) return true;
  if (token.lower === "t") return beforeT.has(tokens[index - 1]?.lower ?? "");
  return /^non-?$|^non-|-free$|\bn't$/.test(token.lower);
}

function phraseAt(
  tokens: readonly Token[],
  index: number,
): { readonly cues: number; readonly length: number } | undefined {
  const started = phrases.get(tokens[index]?.lemma ?? "") ?? phrases.get(tokens[index]?.spelled ?? "");
  return started?.find(({ words }) =>
    words.every((word, offset) => tokens[index + offset]?.lemma === word || tokens[index + offset]?.spelled === word),
  );
}

function negatedBy(tokens: readonly Token[], index: number): Negated {
  for (let at = index + 1; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (!token.isStop) return { of: token.lemma };
  }
  return { of: "" };
}

type Phrase = { readonly words: readonly string[]; readonly length: number; readonly cues: number };

function parsed(text: string): ReadonlyMap<string, readonly Phrase[]> {
  const byFirst = new Map<string, Phrase[]>();
  for (const line of text.split(",")) {
    const [phrase = "", count] = line.split("=");
    const words = phrase.split(" ");
    const first = words[0] ?? "";
    const started = byFirst.get(first) ?? [];
    started.push({ words, length: words.length, cues: Number(count) });
    byFirst.set(
      first,
      started.sort((one, other) => other.length - one.length),
    );
  }
  return byFirst;
}
