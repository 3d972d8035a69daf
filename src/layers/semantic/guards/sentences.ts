import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * The sentences of a reading, for the guards that ask where a word stands. Punctuation makes no token, so it is looked
 * for in the text between two tokens.
 */
export interface Sentence {
  readonly tokens: readonly Token[];
  /** `spelled` of each token: what closed classes of words are looked up by. */
  readonly words: readonly string[];
  /** What stands before each token: white space and punctuation. */
  readonly breaks: readonly string[];
  /** The index of each token that a comma, colon, semicolon, dash or bracket stands before. */
  readonly clauses: ReadonlySet<number>;
}

const sentenceEnd = /[?!\n]|\.(?=\s|$)/;
const clauseEnd = /[,;:()–—]|\s-\s/;

export const sentencesOf: (reading: Reading) => readonly Sentence[] = once(split);

function split({ text, tokens }: Reading): Sentence[] {
  const sentences: Sentence[] = [];
  let current: Token[] = [];
  let breaks: string[] = [];
  let clauses = new Set<number>();
  let end = 0;
  const close = () => {
    if (current.length > 0)
      sentences.push({ tokens: current, words: current.map((each) => each.spelled), breaks, clauses });
    current = [];
    breaks = [];
    clauses = new Set();
  };
  for (const token of tokens) {
    const between = token.at > end ? text.slice(end, token.at) : "";
    if (sentenceEnd.test(between)) close();
    else if (clauseEnd.test(between)) clauses.add(current.length);
    current.push(token);
    breaks.push(between);
    end = Math.max(end, token.at + token.text.length);
  }
  close();
  return sentences;
}
