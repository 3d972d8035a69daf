import type { Reading } from "../reading/reading.ts";
import { differsInTime } from "./clause-time.ts";
import type { Guard } from "./guard.ts";
import { once } from "./once.ts";
import { type Marks, marksOf } from "./scope-marks.ts";
import { withSharedSpelling } from "./shared-spelling.ts";
import { speakOfOtherWords } from "./spoken-of.ts";
import { tellOtherTimes } from "./verb-time.ts";

/**
 * Vetoes where the two ask about other people, other amounts, another time or another obligation: "my" and "her
 * password", "all" and "some files", "is" and "was", "may" and "must". What is a point in one text must at least be
 * said in the other.
 */
export const scope: Guard = {
  name: "scope",
  vetoes(pair) {
    const { asked, found } = withSharedSpelling(pair);
    const one = marksOf(asked);
    const other = marksOf(found);
    return (
      lacks(one, other) ||
      lacks(other, one) ||
      differsInTime(asked, found) ||
      isMineAndYours(asked, found) ||
      isMineAndYours(found, asked) ||
      haveOtherMoments(asked, found) ||
      tellOtherTimes(asked, found) ||
      speakOfOtherWords(asked, found)
    );
  },
};

/** `How is my rent set` and `how is your rent set`, where nobody is meant who could be anybody (`how do you set your`). */
function isMineAndYours(one: Reading, other: Reading): boolean {
  const [own, theirs] = [wordsOf(one), wordsOf(other)];
  if (!own.has("my") || own.has("your") || !theirs.has("your") || theirs.has("my")) return false;
  return !theirs.has("you") && !theirs.has("to");
}

/** `After I leave` and `while I am there`: each has a word of time that the other lacks. */
function haveOtherMoments(one: Reading, other: Reading): boolean {
  const [own, theirs] = [wordsOf(one), wordsOf(other)];
  const lacking = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    moments.some((word) => some.has(word) && !others.has(word));
  return lacking(own, theirs) && lacking(theirs, own);
}

const moments = ["before", "after", "while", "until"];

const wordsOf = once(({ tokens }: Reading): ReadonlySet<string> => new Set(tokens.map(({ spelled }) => spelled)));

function lacks({ points }: Marks, { all }: Marks): boolean {
  for (const point of points) if (!all.has(point)) return true;
  return false;
}
