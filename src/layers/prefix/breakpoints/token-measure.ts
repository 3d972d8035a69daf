import type { Usage } from "../../../core/recording.ts";

/**
 * How many tokens a prefix has, and from how many on the provider keeps one: estimated from its length, and learnt from
 * what answers say. What cannot be is not learnt from.
 */

/** Characters of a token before any answer has told: those of English, and some for the JSON around it. */
const usualLength = 4;
const [shortest, longest] = [1, 16];
/** The weight of a new answer. */
const weight = 0.2;
/** No provider is known that keeps nothing of so many tokens, or something of so few. */
const [leastLeast, mostLeast] = [256, 16_384];
/** Estimates are not exact, and a mark on too short a prefix does nothing. */
const margin = 0.9;

export class TokenMeasure {
  #lengthOfToken = usualLength;
  #isMeasured = false;
  #least: number;

  constructor(least: number) {
    this.#least = least;
  }

  tokens(length: number): number {
    return length / this.#lengthOfToken;
  }

  /** Whether a prefix is long enough to be kept. */
  suffices(length: number): boolean {
    return this.tokens(length) >= margin * this.#least;
  }

  /** The provider has read `length` characters. `marked`: those up to the last mark, `undefined` where none was set. */
  told(usage: Usage, length: number, marked: number | undefined): void {
    const { inputTokens, cachedInputTokens, cacheWriteTokens } = usage;
    const kept = cachedInputTokens + cacheWriteTokens;
    if (inputTokens <= 0 || kept > inputTokens) return;
    const told = Math.min(longest, Math.max(shortest, length / inputTokens));
    this.#lengthOfToken = this.#isMeasured ? (1 - weight) * this.#lengthOfToken + weight * told : told;
    this.#isMeasured = true;
    if (marked === undefined) return;
    // Nothing was kept although it was asked for: it was too short, and what is as long is, too.
    if (kept === 0) this.#least = Math.min(mostLeast, Math.max(this.#least, this.tokens(marked) / margin + 1));
    else if (kept < this.#least) this.#least = Math.max(leastLeast, kept);
  }
}
