/**
 * The words around a number say what it is, in the languages that the detectors know: English, German, French, Spanish,
 * Italian, Portuguese, Dutch, Polish, Swedish, Danish and Norwegian, and some words of Turkish, Russian, Chinese, Japanese
 * and Korean. A number whose form proves little counts only with such a word, and none counts behind a word that makes it
 * another thing. Only a short stretch is read. In a text with many numbers, where the stretches overlap, each set of words is
 * looked for once in the whole of it instead, so that the time stays linear with a small factor.
 */

const before = 44;
const after = 20;
/** So many stretches are read one by one. */
const fewStretches = 64;

/** Words to look for. `pattern` has small letters, and matches some text. */
export class Words {
  readonly pattern: string;
  readonly expression: RegExp;

  constructor(pattern: string) {
    this.pattern = pattern;
    this.expression = new RegExp(pattern, "g");
  }
}

interface WordPlaces {
  readonly starts: number[];
  readonly ends: number[];
}

export class Surroundings {
  readonly text: string;
  /** In small letters, each in its place. */
  readonly lower: string;
  readonly #uses = new Map<Words, number>();
  readonly #places = new Map<Words, WordPlaces>();

  constructor(text: string) {
    this.text = text;
    const lower = text.toLowerCase();
    // Of a few letters the small one is longer, and all that follows would stand elsewhere.
    this.lower = lower.length === text.length ? lower : text;
  }

  /** Whether one of the words stands a little before or right behind. */
  isNear(words: Words, start: number, end: number): boolean {
    return this.#has(words, start - before, start) || this.#has(words, end, end + after);
  }

  /** Whether one of the words ends where `start` is. */
  follows(words: Words, start: number): boolean {
    const places = this.#placesOf(words);
    if (places === undefined) {
      const stretch = this.lower.slice(Math.max(0, start - before), start);
      words.expression.lastIndex = 0;
      for (let match = words.expression.exec(stretch); match !== null; match = words.expression.exec(stretch))
        if (words.expression.lastIndex === stretch.length) return true;
      return false;
    }
    return places.ends[firstFrom(places.ends, start)] === start;
  }

  #has(words: Words, from: number, to: number): boolean {
    const places = this.#placesOf(words);
    if (places === undefined) {
      words.expression.lastIndex = 0;
      return words.expression.test(this.lower.slice(Math.max(0, from), to));
    }
    const index = firstFrom(places.starts, from);
    return index < places.starts.length && (places.ends[index] as number) <= to;
  }

  /** Where the words are in the whole text, as soon as that is worth its price. */
  #placesOf(words: Words): WordPlaces | undefined {
    const known = this.#places.get(words);
    if (known !== undefined) return known;
    const uses = (this.#uses.get(words) ?? 0) + 1;
    this.#uses.set(words, uses);
    if (uses < fewStretches) return undefined;
    const places: WordPlaces = { starts: [], ends: [] };
    for (const match of this.lower.matchAll(words.expression)) {
      places.starts.push(match.index);
      places.ends.push(match.index + match[0].length);
    }
    this.#places.set(words, places);
    return places;
  }
}

/** Of ascending numbers the first that is not below `least`. */
function firstFrom(numbers: readonly number[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
