import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";
import { questionFrames } from "./question-frame.ts";
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
  readonly isAfterComma: boolean;
  readonly isInBrackets: boolean;
}

/** "Is broken by", "can be used to". */
export interface Passive {
  /** Index of the participle. */
  readonly verb: number;
  /** Index of the `by`, or of the `to`. */
  readonly by: number;
}

export interface Parts {
  readonly all: readonly Part[];
  readonly words: readonly string[];
  readonly byToken: ReadonlyMap<Token, Part>;
  /** Passives that name their agent. */
  readonly passives: readonly Passive[];
  /** Passives that name what their subject is used for. */
  readonly uses: readonly Passive[];
}

export const partsOf: (reading: Reading) => Parts = once(read);

const subjects: ReadonlySet<string> = new Set("i you we he she they it one there".split(" "));

function read(reading: Reading): Parts {
  const all: Part[] = [];
  const words: string[] = [];
  const asking = new Set(questionFrames(reading).map(({ sentence, at }) => sentence.tokens[at]));
  for (const [sentence, { tokens, words: own, clauses }] of sentencesOf(reading).entries()) {
    let clause = "";
    let relation = "";
    for (const [at, token] of tokens.entries()) {
      const word = own[at] ?? "";
      if (clauses.has(at)) {
        // A list goes on with what governs it; anything else begins anew.
        if (!isList(own, at)) {
          relation = "";
          clause = "";
        }
      }
      if (relations.has(word)) {
        relation = word === "to" && infinitiveLeaders.has(own[at - 1] ?? "") ? "" : word;
      } else if (subordinators.has(word) && !asking.has(token)) {
        clause = word;
        relation = "";
      } else if (auxiliaries.has(word) || interrogatives.has(word) || subjects.has(word)) {
        relation = "";
      }
      all.push({
        token,
        index: all.length,
        sentence,
        clause,
        relation,
        isAfterComma: clauses.has(at),
        isInBrackets: reading.text.charAt(token.at - 1) === "(",
      });
      words.push(word);
    }
  }
  const byToken = new Map(all.map((part) => [part.token, part]));
  const passives = passivesOf(all, words, "by");
  return { all, words, byToken, passives, uses: passivesOf(all, words, "to") };
}

/** Whether what follows the comma is joined to what stands before it, and no clause of its own. */
function isList(words: readonly string[], at: number): boolean {
  for (const word of words.slice(at, at + 12)) {
    if (coordinators.has(word)) return true;
    if (auxiliaries.has(word) || interrogatives.has(word) || subjects.has(word)) return false;
  }
  return false;
}

const participle = /(?:ed|en|wn|ne|t|de|ld|nd|ng|ck|un|um|id)$/;

export function looksLikeParticiple(word: string): boolean {
  return participle.test(word) && !word.endsWith("ing");
}

const uses: ReadonlySet<string> = new Set("used utilized utilised employed applied".split(" "));

function passivesOf(all: readonly Part[], words: readonly string[], behind: "by" | "to"): Passive[] {
  const passives: Passive[] = [];
  for (const [by, word] of words.entries()) {
    if (word !== behind) continue;
    const verb = words[by - 1]?.endsWith("ly") ? by - 2 : by - 1;
    const form = words[verb] ?? "";
    if (behind === "to" ? uses.has(form) : looksLikeParticiple(form)) {
      if (isBehindBe(all, words, verb)) passives.push({ verb, by });
    }
  }
  return passives;
}

/** Whether a form of `be` stands not far before, in the same sentence. */
export function isBehindBe(all: readonly Part[], words: readonly string[], at: number): boolean {
  for (let before = at - 1; before >= 0 && before >= at - 8; before--) {
    if (all[before]?.sentence !== all[at]?.sentence) return false;
    if (formsOfBe.has(words[before] ?? "")) return true;
  }
  return false;
}
