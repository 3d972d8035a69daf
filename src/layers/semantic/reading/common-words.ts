import type { Token } from "./reading.ts";

/**
 * The words that most texts are made of, as they were read the first time: to find the base form and the rarity of a
 * word takes longer than to look the word up here. Only common words of the lexicon are kept. They are the same for all
 * who ask, so that how long a look takes tells nobody which rare word or name others have asked about.
 */
export class CommonWords {
  readonly #byCase = Array.from({ length: 4 }, () => new Map<string, Token>());

  /** The token of a word in such a place, but for where it begins. */
  find(text: string, place: number): Token | undefined {
    return this.#byCase[place]?.get(text);
  }

  keep(token: Token, place: number): void {
    const words = this.#byCase[place];
    if (words === undefined || token.rarity > mostRarity || token.text.length > longest) return;
    // A word of six letters can be written in 64 ways.
    if (words.size >= mostKept) words.clear();
    words.set(token.text, token);
  }
}

/** About the twenty thousand commonest. */
const mostRarity = 0.6;
const longest = 24;
const mostKept = 8_192;
