import { laneA, laneB, type WordTable } from "./word-table.ts";

/**
 * A word that is looked up with edits. The hash of an edited word is put together from the hashes of what lies before and
 * after the edit, so that no string is built for what is no word.
 */
export class EditedWord {
  #word = "";
  readonly #table: WordTable;
  /** For each place the hashes of what lies before it, of what lies behind, and the powers that its length stands for. */
  readonly #beforeA = new Int32Array(longest + 1);
  readonly #beforeB = new Int32Array(longest + 1);
  readonly #afterA = new Int32Array(longest + 1);
  readonly #afterB = new Int32Array(longest + 1);
  readonly #powerA = new Int32Array(longest + 1);
  readonly #powerB = new Int32Array(longest + 1);

  constructor(table: WordTable) {
    this.#table = table;
  }

  /** Takes another word, of at most `longest` letters. */
  take(word: string): this {
    this.#word = word;
    const [beforeA, beforeB, afterA, afterB] = [this.#beforeA, this.#beforeB, this.#afterA, this.#afterB];
    const [powerA, powerB] = [this.#powerA, this.#powerB];
    for (let index = 0; index < word.length; index++) {
      const unit = word.charCodeAt(index);
      beforeA[index + 1] = Math.imul(beforeA[index] as number, laneA) + unit;
      beforeB[index + 1] = Math.imul(beforeB[index] as number, laneB) + unit;
    }
    afterA[word.length] = 0;
    afterB[word.length] = 0;
    powerA[word.length] = 1;
    powerB[word.length] = 1;
    for (let index = word.length - 1; index >= 0; index--) {
      const unit = word.charCodeAt(index);
      const [ofA, ofB] = [powerA[index + 1] as number, powerB[index + 1] as number];
      afterA[index] = Math.imul(unit, ofA) + (afterA[index + 1] as number);
      afterB[index] = Math.imul(unit, ofB) + (afterB[index + 1] as number);
      powerA[index] = Math.imul(ofA, laneA);
      powerB[index] = Math.imul(ofB, laneB);
    }
    return this;
  }

  /**
   * How frequent the word is with `cut` letters from `at` on replaced by at most two, which are given as UTF-16 units, 0
   * for none; -1 where that is no word.
   */
  frequency(at: number, cut: number, one: number, other: number): number {
    let a = this.#beforeA[at] as number;
    let b = this.#beforeB[at] as number;
    if (one !== 0) {
      a = (Math.imul(a, laneA) + one) | 0;
      b = (Math.imul(b, laneB) + one) | 0;
    }
    if (other !== 0) {
      a = (Math.imul(a, laneA) + other) | 0;
      b = (Math.imul(b, laneB) + other) | 0;
    }
    const rest = at + cut;
    a = (Math.imul(a, this.#powerA[rest] as number) + (this.#afterA[rest] as number)) | 0;
    b = (Math.imul(b, this.#powerB[rest] as number) + (this.#afterB[rest] as number)) | 0;
    return this.#table.frequencyOfHash(a, b);
  }

  edited(at: number, cut: number, one: number, other: number): string {
    const put = (one === 0 ? "" : String.fromCharCode(one)) + (other === 0 ? "" : String.fromCharCode(other));
    return this.#word.slice(0, at) + put + this.#word.slice(at + cut);
  }
}

/** Of the words that are corrected, with what a slip can add. */
const longest = 32;
