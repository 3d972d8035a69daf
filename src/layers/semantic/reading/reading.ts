import type { Lexicon } from "../../../core/lexicon.ts";

/**
 * A text, read once for everything that decides about it: the tiers, the guards and the scorer. Made by `readText`;
 * two readings are laid beside each other by `align`.
 */

export type TokenKind =
  /** A word of letters (with inner apostrophes and hyphens). */
  | "word"
  /** A number in digits or in words, with its sign, separators, unit glued to it, percent or currency sign. */
  | "number"
  /** What must agree to the letter: an identifier, a path, a flag, a URL, an e-mail address, quoted or fenced text, LaTeX. */
  | "code"
  /** A sign that says something (`+`, `=`, `<`, `&`, `#`, `/`, an emoji); other punctuation makes no token. */
  | "sign";

export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** Where it begins in the text, in UTF-16 units. */
  readonly at: number;
  /**
   * Lower case, contractions as two tokens (`don't` gives `do` and `not`, `Ann's` gives `ann` and `'s`), both with the
   * `text` and place of the whole. Of code: what must agree, which is the text itself, but lower case for names that
   * are the same in any case (`C++`, `Node.js`, and letters with digits such as `MP3`).
   */
  readonly lower: string;
  /** `lower` with a slip of the pen set right, where the lexicon knows exactly one word it can be; else `lower`. */
  readonly spelled: string;
  /** The base form of `spelled`: plural, third person, past and -ing taken off. Of numbers: the value in one form (`1,000`, `1k` and `one thousand` are `1000`, `3 pm` is `15:00`, `30min` is `30 min`). */
  readonly lemma: string;
  /**
   * Grammar and politeness that carry no content of their own (`the`, `please`, `do`, `can`, `my`, `of`, `what`): in
   * `tokens`, not in `content`. Negations, quantifiers and prepositions that say when, where or without what are content.
   */
  readonly isStop: boolean;
  /** How rare the word is: 0 for the commonest, about 1 for words the lexicon does not know. */
  readonly rarity: number;
  /** The lexicon has `lower`. */
  readonly isKnown: boolean;
  /** Written with a capital although no sentence begins here, or all in capitals, or with capitals inside. */
  readonly isName: boolean;
}

export interface Reading {
  /** As written, but in one form of Unicode (`fold`); places in it are counted in this text. */
  readonly text: string;
  /** Case, white space and closing punctuation folded, Unicode NFKC: texts that are equal here ask the same in any language. */
  readonly normal: string;
  /**
   * Ordered content: politeness and filler taken out, contractions opened, slips set right, stop words that cannot turn
   * the meaning taken out. Texts that are equal here ask the same in English. `undefined` where the language is not known.
   */
  readonly signature: string | undefined;
  readonly tokens: readonly Token[];
  /** The tokens that carry content, in order. */
  readonly content: readonly Token[];
  /** `other`: not English, or too mixed to tell; then only `normal` may match. */
  readonly language: "en" | "other";
  /** What knew its words. */
  readonly lexicon: Lexicon;
}

/** Two tokens that say the same, and how that was seen. */
export interface Matched {
  readonly asked: Token;
  readonly found: Token;
  readonly by: "equal" | "spelling" | "lemma" | "synonym";
}

/** Which content of two readings agrees. */
export interface Alignment {
  readonly matched: readonly Matched[];
  /** Content of the question without a counterpart, in order. */
  readonly askedOnly: readonly Token[];
  /** Content of the stored text without a counterpart, in order. */
  readonly foundOnly: readonly Token[];
}

/** A question beside a stored one. */
export interface Pair {
  readonly asked: Reading;
  readonly found: Reading;
  readonly alignment: Alignment;
}
