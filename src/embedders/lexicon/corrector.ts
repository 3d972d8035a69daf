import { EditedWord } from "./edited-word.ts";
import { touches } from "./keyboard.ts";
import { afterTwoSlips } from "./two-slips.ts";
import type { WordTable } from "./word-table.ts";

/**
 * Finds the word an unknown word is a slip of. Every string one edit away (a letter left out, added, changed, or two
 * swapped: Damerau 1964 found four of five slips to be one of these) is looked up; its hash is put together from the
 * hashes of what lies before and after the edit. Each known neighbour is weighed as a noisy channel does (Kernighan,
 * Church and Gale 1990): by how common the word is and how likely the hand makes that slip. One is taken only where
 * it stands well above every other. Where a long word has no neighbour at all, two slips are looked for
 * (`two-slips.ts`).
 */
export function correctionOf(word: string, table: WordTable): string | undefined {
  if (word.length < 4 || word.length > 30 || !/^[a-z]+$/.test(word)) return undefined;
  const search = new Search(word, table);
  search.tryAll();
  if (search.isInVain && word.length >= lengthForTwo) return afterTwoSlips(word, table, leadOf(word.length));
  return search.clearWinner(leadOf(word.length));
}

/** Two slips in a shorter word leave too little of it. */
const lengthForTwo = 8;

/**
 * How far the winner must lead: the shorter the word, the more words are near it, and the more abbreviations are none.
 * All weights are in steps of the table's frequency scale, of which 36 are a power of ten.
 */
function leadOf(length: number): number {
  if (length === 4) return 60;
  if (length === 5) return 45;
  return length < 8 ? 30 : 20;
}

/** Rarer words than this are nobody's target: about one word in a hundred million. */
const leastFrequency = 3;
/** There is one place for a swap or a letter left out, and twenty-five letters for one that is wrong or too many. */
const swapped = 50;
const leftOut = 40;
const doubled = 45;
const nearKey = 25;
/** The first letter is seldom the wrong one. */
const firstLetter = -15;

class Search {
  readonly #word: string;
  readonly #edits: EditedWord;
  #best: string | undefined;
  #bestScore = -Infinity;
  #secondScore = -Infinity;

  constructor(word: string, table: WordTable) {
    this.#word = word;
    this.#edits = new EditedWord(table).take(word);
  }

  tryAll(): void {
    const word = this.#word;
    for (let at = 0; at <= word.length; at++) {
      const previous = word[at - 1];
      const here = word[at];
      const next = word[at + 1];
      const place = at === 0 ? firstLetter : 0;
      for (const letter of letters) {
        // Before the same letter an added one gives what it gives behind it.
        if (letter !== here) this.#try(at, 0, letter, place + leftOut);
        if (here !== undefined && letter !== here) {
          this.#try(at, 1, letter, place + (touches(here, letter) ? nearKey : 0));
        }
      }
      if (here === undefined) continue;
      if (here !== next) {
        const isNear = touches(here, previous) || touches(here, next);
        this.#try(at, 1, "", place + (here === previous ? doubled : isNear ? nearKey : 0));
        if (next !== undefined) this.#try(at, 2, next + here, place + swapped);
      }
    }
  }

  /** Whether no word is one edit away. */
  get isInVain(): boolean {
    return this.#best === undefined;
  }

  clearWinner(lead: number): string | undefined {
    return this.#bestScore - this.#secondScore >= lead ? this.#best : undefined;
  }

  /** The word with `cut` letters from `at` on replaced by `put`. */
  #try(at: number, cut: number, put: string, weight: number): void {
    const [one, other] = [put.length > 0 ? put.charCodeAt(0) : 0, put.length > 1 ? put.charCodeAt(1) : 0];
    const frequency = this.#edits.frequency(at, cut, one, other);
    if (frequency < leastFrequency) return;
    const score = frequency + weight;
    if (score <= this.#secondScore) return;
    const found = this.#edits.edited(at, cut, one, other);
    if (found === this.#best) this.#bestScore = Math.max(this.#bestScore, score);
    else if (score > this.#bestScore) {
      this.#secondScore = this.#bestScore;
      this.#bestScore = score;
      this.#best = found;
    } else this.#secondScore = score;
  }
}

const letters = [..."abcdefghijklmnopqrstuvwxyz"];
