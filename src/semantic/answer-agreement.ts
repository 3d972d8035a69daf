import type { AnswerFacts } from "../core/recording.ts";

/** What two answers say of the questions they were given to, without asking anybody. */

/** Answers as short as this are a name, a number, a label: two that differ say different things. */
const shortLength = 64;

/**
 * Whether the second question may have the answer of the first: surely if it got the same, and surely not if a model
 * that does not vary gave each a short answer of its own. Of longer texts that differ nothing is known.
 */
export function agreement(one: AnswerFacts, other: AnswerFacts, isDeterministic: boolean): boolean | undefined {
  const [a, b] = [saidBy(one), saidBy(other)];
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return true;
  return isDeterministic && Math.max(a.length, b.length) <= shortLength ? false : undefined;
}

/** Whether an answer is words and nothing else, and came to its end: only such ones answer like questions. */
export function isPlainText(facts: AnswerFacts | undefined): facts is AnswerFacts {
  return (
    facts !== undefined &&
    facts.choices.length > 0 &&
    facts.choices.every(({ finish, toolCalls, text }) => finish === "stop" && toolCalls.length === 0 && text !== "")
  );
}

function saidBy({ choices }: AnswerFacts): string | undefined {
  if (choices.length !== 1) return undefined;
  return choices[0]?.text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}
