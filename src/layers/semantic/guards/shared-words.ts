import type { Pair } from "../reading/reading.ts";
import { coordinators, relations, subordinators } from "./relation-words.ts";
import { type Part, type Parts, partsOf } from "./sentence-parts.ts";

/** A matched word, with its part in each of the two texts. */
export interface Shared {
  readonly asked: Part;
  readonly found: Part;
}

/** Two texts, and what is said of them as a whole. */
export interface Texts {
  readonly asked: Parts;
  readonly found: Parts;
}

export interface SharedWords extends Texts {
  /** By the place in the question. */
  readonly all: readonly Shared[];
  /**
   * Without words that either text has several times: which of them is which is told by the words beside them.
   */
  readonly single: readonly Shared[];
}

export function sharedWords(pair: Pair): SharedWords {
  const asked = partsOf(pair.asked);
  const found = partsOf(pair.found);
  const all: Shared[] = [];
  for (const match of pair.alignment.matched) {
    const one = asked.byToken.get(match.asked);
    const other = found.byToken.get(match.found);
    if (one === undefined || other === undefined || isGrammar(match.asked.lower)) continue;
    all.push({ asked: one, found: other });
  }
  all.sort((one, other) => one.asked.index - other.asked.index);
  return { asked, found, all, single: single(all) };
}

function single(all: readonly Shared[]): Shared[] {
  const asked = counts(all.map((each) => each.asked.token.lemma));
  const found = counts(all.map((each) => each.found.token.lemma));
  return all.filter((each) => asked.get(each.asked.token.lemma) === 1 && found.get(each.found.token.lemma) === 1);
}

export function counts(words: readonly string[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const word of words) all.set(word, (all.get(word) ?? 0) + 1);
  return all;
}

/** Closed classes are the frame that content is laid out in, not content that could change its part. */
export function isGrammar(word: string): boolean {
  return relations.has(word) || subordinators.has(word) || coordinators.has(word);
}
