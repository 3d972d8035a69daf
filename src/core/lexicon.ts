/** What is known of the words of a language. Pure and quick: asked for every word of every text. */
export interface Lexicon {
  /** Whether `word` (lower case) is a word of the language. Rarely says so of one that is not (see its model card). */
  knows(word: string): boolean;
  /** From 0 for the commonest to 0.9 for the rarest known word; 1 for a word that is not known. */
  rarity(word: string): number;
  /** The one known word that the unknown `word` can be a slip of; `undefined` where none, or more than one, is likely. */
  correction(word: string): string | undefined;
  /** How unlike an English word or name the letters of `word` are, in nats: two spellings of one length are compared by it. */
  oddness(word: string): number;
  /**
   * How often `second` stands behind `first` in questions, about; 0 where hardly ever. An empty word is an end of the
   * question, and `*` any word.
   */
  timesSeen(first: string, second: string): number;
}
