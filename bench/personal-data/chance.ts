/** Reproducible draws for made-up values: xorshift of 32 bits (Marsaglia, "Xorshift RNGs", 2003). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) | 1;
  }

  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % bound;
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  digits(count: number, first = "0123456789"): string {
    return Array.from({ length: count }, (_, index) => this.one([...(index === 0 ? first : "0123456789")])).join("");
  }

  text(count: number, alphabet: string): string {
    return Array.from({ length: count }, () => this.one([...alphabet])).join("");
  }
}

export const lower = "abcdefghijklmnopqrstuvwxyz";
export const upper = lower.toUpperCase();
export const alphanumeric = `${lower}${upper}0123456789`;
export const hex = "0123456789abcdef";
