import type { Lexicon } from "../../../core/lexicon.ts";
import type { Token } from "./reading.ts";

/**
 * Whether the words around a place all but say what stands there (`net _`, `what _ of`, `what does ... _`), and say it
 * of one of two words, while the other was never seen there: then the other is the one mistyped, whichever letter went
 * wrong (`net orth`, `what does it jean`). The contexts are made of the two words before and behind, the place in any
 * position (n-grams, Shannon 1948), counted in questions by `training/slips.py`.
 *
 * A word that people ask about must not be taken for a slip, so a common word is told only by how a question opens,
 * where that leaves hardly a choice (`how any apples`, `were is`).
 */
export function isForetold(meant: Token, slip: Token, at: number, words: readonly string[], lexicon: Lexicon): boolean {
  if (slip.lower.length < shortestSlip || slip.isName) return false;
  if (meant.isName || meant.rarity > rarestMeant) return false;
  const { openings, frames, others } = contextsOf(words, at);
  if (isSeenBeside(words, at, slip, meant, lexicon)) return false;
  if ([...openings, ...frames, ...others].some((context) => lexicon.timesSeen(context, slip.lower) > 0)) return false;
  const isTold = (context: string, least: number) => {
    const times = lexicon.timesSeen(context, meant.lower);
    return times > 0 && times >= least * lexicon.timesSeen(context, "*");
  };
  if (openings.some((context) => isTold(context, shareOfOpening))) return true;
  if (meant.isStop) return false;
  if (frames.some((context) => isTold(context, shareInFrame))) return true;
  return slip.rarity >= rareWord && !slip.isStop && others.some((context) => isTold(context, share));
}

const shortestSlip = 2;
const rarestMeant = 0.6;
const rareWord = 0.6;
/** Of all that was seen in the context, how much must be the word that was meant. */
const share = 0.1;
const shareInFrame = 0.2;
/** Few words open a question at all. */
const shareOfOpening = 0.03;

interface Contexts {
  /** Of the first word. */
  readonly openings: readonly string[];
  /** Behind the words that open a question. */
  readonly frames: readonly string[];
  readonly others: readonly string[];
}

/** As in `training/slips.py`: `_` is the place, `^` the beginning of the question and `$` its end. */
function contextsOf(words: readonly string[], at: number): Contexts {
  const word = (index: number) => words[index] ?? (index < 0 ? "^" : "$");
  const [beforeThat, before, behind, behindThat] = [word(at - 2), word(at - 1), word(at + 1), word(at + 2)];
  const [twoBefore, both] = [`${beforeThat} ${before} _`, `${before} _ ${behind}`];
  const others = [`_ ${behind} ${behindThat}`, `${before} _`, `_ ${behind}`];
  if (at === 0) return { openings: [both, `^ _ ${behind} ${behindThat}`], frames: [twoBefore], others };
  if (at === 1) return { openings: [], frames: [twoBefore, `^ ${both}`], others: [...others, both] };
  const frames = at === words.length - 1 ? [`^ ${words[0]} ${words[1]} ... _`] : [];
  return { openings: [], frames, others: [...others, both, twoBefore] };
}

/** Whether the slip stands beside one of the two words as well, but for slips that were counted. */
function isSeenBeside(words: readonly string[], at: number, slip: Token, meant: Token, lexicon: Lexicon): boolean {
  // What a question ends with says nothing, what it begins with much.
  const [before, behind] = [at === 0 ? "" : words[at - 1], words[at + 1]];
  const isSeen = (timesOf: (word: string) => number) => timesOf(slip.lower) > seldom * timesOf(meant.lower);
  return (
    (before !== undefined && isSeen((word) => lexicon.timesSeen(before, word))) ||
    (behind !== undefined && isSeen((word) => lexicon.timesSeen(word, behind)))
  );
}

const seldom = 0.01;
