import type { Reading } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { once } from "./once.ts";
import { questionFrames } from "./question-frame.ts";
import { withSharedSpelling } from "./shared-spelling.ts";

/**
 * Vetoes where another kind of answer is asked for: who, where, when, why, how, how many, what, or yes and no. The
 * kinds of all sentences that ask must agree as sets. A text that only names its subject ("reset password") may stand
 * for what is, for how to, or for an order, and for nothing else.
 */
export const question: Guard = {
  name: "question",
  vetoes(pair) {
    const { asked, found } = withSharedSpelling(pair);
    const one = kindsOf(asked);
    const other = kindsOf(found);
    if (one.size === 0 || other.size === 0) {
      const kinds = [...one, ...other];
      return !kinds.every((kind) => namedBySubject.has(kind)) || (kinds.length > 0 && (tells(asked) || tells(found)));
    }
    return one.size !== other.size || [...one].some((kind) => !other.has(kind));
  },
};

const namedBySubject: ReadonlySet<string> = new Set(["what", "what difference", "how", "order"]);

/** What is asked for; an order counts only where no question is asked beside it ("Is it safe? Explain."). */
const kindsOf = once((reading: Reading): ReadonlySet<string> => {
  const all = new Set<string>();
  const frames = questionFrames(reading);
  for (const { type, sentence } of frames) {
    if (type !== "none" && type !== "statement" && !(type === "what" && isBareOrder(sentence.words))) all.add(type);
  }
  if (all.size > 1) all.delete("order");
  return all;
});

/** Whether nothing is asked, but something said. */
function tells(reading: Reading): boolean {
  const frames = questionFrames(reading);
  return (
    frames.some(({ type }) => type === "statement") &&
    frames.every(({ type }) => type === "statement" || type === "none")
  );
}

/** "Explain.", "Please explain briefly": says nothing of its own. */
function isBareOrder(words: readonly string[]): boolean {
  return words.length <= 2 && !words.some((word) => word.startsWith("wh") || word.startsWith("how"));
}
