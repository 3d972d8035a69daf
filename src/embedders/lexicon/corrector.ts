import { laneA, laneB, type WordTable } from "./word-table.ts";

/**
 * Finds the word an unknown word is a slip of. Every string one edit away (a letter left out, added, changed, or two
 * swapped: Damerau 1964 found four of five slips to be one of these) is looked up; its hash is put together from the
 * hashes of what lies before and after the edit. Each known neighbour is weighed as a noisy channel does (Kernighan,
 * Church and Gale 1990): by how common the word is and how likely the hand makes that slip. One is taken only where
 * it stands well above every other. Where a long word has no neighbour at all, two of the slips that people make who
 * do not know how it is written are undone: letters doubled or not, swapped, left in, and one vowel for another.
 */
export function correctionOf(word: string, table: WordTable): string | undefined {
  if (word.length < 4 || word.length > 30 || !/^[a-z]+$/.test(word)) return undefined;
  const search = new Search(word, table);
  search.tryAll();
  if (search.isInVain && word.length >= lengthForTwo) return afterTwoSlips(word, table);
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
  readonly #table: WordTable;
  readonly #before: Hashes;
  readonly #after: Hashes & { readonly powerA: Int32Array; readonly powerB: Int32Array };
  #best: string | undefined;
  #bestScore = -Infinity;
  #secondScore = -Infinity;

  constructor(word: string, table: WordTable) {
    this.#word = word;
    this.#table = table;
    this.#before = hashesBefore(word);
    this.#after = hashesAfter(word);
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
          this.#try(at, 1, letter, place + (nearKeys[here]?.includes(letter) ? nearKey : 0));
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
    const { a: beforeA, b: beforeB } = this.#before;
    let a = beforeA[at] as number;
    let b = beforeB[at] as number;
    for (let index = 0; index < put.length; index++) {
      a = (Math.imul(a, laneA) + put.charCodeAt(index)) | 0;
      b = (Math.imul(b, laneB) + put.charCodeAt(index)) | 0;
    }
    const rest = at + cut;
    const { a: afterA, b: afterB, powerA, powerB } = this.#after;
    a = (Math.imul(a, powerA[rest] as number) + (afterA[rest] as number)) | 0;
    b = (Math.imul(b, powerB[rest] as number) + (afterB[rest] as number)) | 0;
    const frequency = this.#table.frequencyOfHash(a, b);
    if (frequency < leastFrequency) return;
    const score = frequency + weight;
    if (score <= this.#secondScore) return;
    const found = this.#word.slice(0, at) + put + this.#word.slice(rest);
    if (found === this.#best) this.#bestScore = Math.max(this.#bestScore, score);
    else if (score > this.#bestScore) {
      this.#secondScore = this.#bestScore;
      this.#bestScore = score;
      this.#best = found;
    } else this.#secondScore = score;
  }
}

function afterTwoSlips(word: string, table: WordTable): string | undefined {
  const found = new Map<string, number>();
  for (const once of slipsOfSpelling(word)) {
    for (const twice of slipsOfSpelling(once)) {
      const frequency = table.frequency(twice);
      if (frequency >= commonFrequency) found.set(twice, frequency);
    }
  }
  const [best, second] = [...found].sort(([, one], [, other]) => other - one);
  if (best === undefined || best[1] - (second?.[1] ?? -Infinity) < leadOf(word.length)) return undefined;
  return best[0];
}

/** A word in a million: so much may be guessed of common words only. */
const commonFrequency = 75;
const vowels = "aeiou";

function slipsOfSpelling(word: string): string[] {
  const slips: string[] = [];
  for (let at = 1; at < word.length; at++) {
    const head = word.slice(0, at);
    const here = word.charAt(at);
    const tail = word.slice(at + 1);
    slips.push(head + tail);
    if (here === word.charAt(at - 1)) continue;
    slips.push(head + here + here + tail);
    if (tail !== "") slips.push(head + tail.charAt(0) + here + tail.slice(1));
    if (!vowels.includes(here)) continue;
    for (const vowel of vowels) if (vowel !== here) slips.push(head + vowel + tail);
  }
  return slips;
}

interface Hashes {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

function hashesBefore(word: string): Hashes {
  const a = new Int32Array(word.length + 1);
  const b = new Int32Array(word.length + 1);
  for (let index = 0; index < word.length; index++) {
    a[index + 1] = Math.imul(a[index] as number, laneA) + word.charCodeAt(index);
    b[index + 1] = Math.imul(b[index] as number, laneB) + word.charCodeAt(index);
  }
  return { a, b };
}

/** The hash of the text from each place on, and the power of the lanes that its length stands for. */
function hashesAfter(word: string) {
  const a = new Int32Array(word.length + 1);
  const b = new Int32Array(word.length + 1);
  const powerA = new Int32Array(word.length + 1).fill(1);
  const powerB = new Int32Array(word.length + 1).fill(1);
  for (let index = word.length - 1; index >= 0; index--) {
    powerA[index] = Math.imul(powerA[index + 1] as number, laneA);
    powerB[index] = Math.imul(powerB[index + 1] as number, laneB);
    a[index] = Math.imul(word.charCodeAt(index), powerA[index + 1] as number) + (a[index + 1] as number);
    b[index] = Math.imul(word.charCodeAt(index), powerB[index + 1] as number) + (b[index + 1] as number);
  }
  return { a, b, powerA, powerB };
}

const letters = [..."abcdefghijklmnopqrstuvwxyz"];

/** The keys that touch each key on the common English keyboard. */
const nearKeys: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "qwa wqeas ewrsd retdf tryfg ytugh uyihj iuojk oipkl pol aqwsz sawedxz dserfcx fdrtgvc gftyhbv hgyujnb jhuikmn " +
    "kjiolm lkop zasx xzsdc cxdfv vcfgb bvghn nbhjm mnjk"
  )
    .split(" ")
    .map((keys) => [keys.charAt(0), keys.slice(1)]),
);

function touches(one: string, other: string | undefined): boolean {
  return other !== undefined && (nearKeys[one] ?? "").includes(other);
}
