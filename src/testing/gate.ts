/** Holds up whoever passes until it is opened, and tells when somebody has arrived. */
export class Gate {
  #open: () => void = () => {};
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  #arrivals = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  /** How many have arrived so far, whether or not the gate is open. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Resolves when `count` have arrived. Default 1. */
  reached(count = 1): Promise<void> {
    if (this.#arrivals >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** Lets everyone pass, now and later. */
  release(): void {
    this.#open();
  }

  /** Resolves when the gate is open. */
  pass(): Promise<void> {
    this.#arrivals++;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ count }) => count > this.#arrivals);
    for (const { count, resolve } of waiting) if (count <= this.#arrivals) resolve();
    return this.#opened;
  }
}
