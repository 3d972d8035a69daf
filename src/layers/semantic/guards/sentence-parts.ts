import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";
import { auxiliaries, formsOfBe, interrogatives } from "./question-words.ts";
import { coordinators, infinitiveLeaders, relations, subordinators } from "./relation-words.ts";
import { sentencesOf } from "./sentences.ts";

/**
 * The part that each token has in its sentence, by the closed classes of words around it: the clause it is in (`if`,
 * `because`), and the relation that governs it (`from`, `to`, `than`). A relation ends where a verb, a question word,
 * a subject or a comma begins something new. No parser: what cannot be told has the empty part, and the order guard
 * then goes by the order of words alone.
 */
export interface Part {
  readonly token: Token;
  /** The place among all tokens of the text. */
  readonly index: number;
  readonly sentence: number;
  readonly clause: string;
  readonly relation: string;
}

export interface Passive {
  /** Index of the participle before `by`. */
  readonly verb: number;
  readonly by: number;
}

export interface Parts {
  readonly all: readonly Part[];
  readonly words: readonly string[];
  readonly byToken: ReadonlyMap<Token, Part>;
  readonly passives: readonly Passive[];
}

export const partsOf: (reading: Reading) => Parts = once(read);

const subjects: ReadonlySet<string> = new Set("i you we he she they it one there".split(" "));

function read(reading: Reading): Parts {
  const all: Part[] = [];
  const words: string[] = [];
  for (const [sentence, { tokens, words: own, clauses }] of sentencesOf(reading).entries()) {
    let clause = "";
    let relation = "";
    for (const [at, token] of tokens.entries()) {
      const word = own[at] ?? "";
      if (clauses.has(at)) {
        // A list goes on with what governs it; anything else begins anew.
        if (relation === "" || !isList(own, at)) relation = "";
        clause = "";
      }
      if (relations.has(word)) {
        relation = word === "to" && infinitiveLeaders.has(own[at - 1] ?? "") ? "" : word;
      } else if (subordinators.has(word) && !(interrogatives.has(word) && at === 0)) {
        clause = word;
        relation = "";
      } else if (auxiliaries.has(word) || interrogatives.has(word) || subjects.has(word)) {
        relation = "";
      }
      all.push({ token, index: all.length, sentence, clause, relation });
      words.push(word);
    }
  }
  const byToken = new Map(all.map((part) => [part.token, part]));
  return { all, words, byToken, passives: passivesOf(all, words) };
}

function isList(words: readonly string[], at: number): boolean {
  return words.slice(at, at + 4).some((word) => coordinators.has(word));
}

function passivesOf(all: readonly Part[], words: readonly string[]): Passive[] {
  const passives: Passive[] = [];
  for (const [by, word] of words.entries()) {
    if (word !== "by") continue;
    const verb = words[by - 1]?.endsWith("ly") ? by - 2 : by - 1;
    const participle = words[verb];
    if (participle === undefined || verb < 1 || participle.endsWith("ing")) continue;
    for (let before = verb - 1; before >= 0 && before >= verb - 8; before--) {
      if (all[before]?.sentence !== all[by]?.sentence) break;
      if (formsOfBe.has(words[before] ?? "")) {
        passives.push({ verb, by });
        break;
      }
    }
  }
  return passives;
}
