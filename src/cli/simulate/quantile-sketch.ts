/**
 * Quantiles of any number of durations in constant memory: values are counted by the power of `growth` they lie below,
 * so that a quantile is right to half of that step (Masson, Rim and Lee, "DDSketch", VLDB 2019, without its merging).
 */

const growth = 1.02;
const least = 0.01;

export class QuantileSketch {
  readonly #counts = new Map<number, number>();
  #zeros = 0;
  #count = 0;
  #sum = 0;

  add(value: number): void {
    this.#count++;
    this.#sum += value;
    if (value < least) {
      this.#zeros++;
      return;
    }
    const step = Math.ceil(Math.log(value / least) / Math.log(growth));
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + 1);
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** `share` from 0 to 1; 0 where nothing was added. */
  quantile(share: number): number {
    let left = Math.ceil(share * this.#count) - this.#zeros;
    if (left <= 0) return 0;
    for (const step of [...this.#counts.keys()].sort((one, other) => one - other)) {
      left -= this.#counts.get(step) as number;
      if (left <= 0) return (2 * least * growth ** step) / (growth + 1);
    }
    return 0;
  }
}
