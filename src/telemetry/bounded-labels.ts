/** Label values that come from requests: the first so many are themselves, all further ones are "other". */
export class BoundedLabels {
  readonly #most: number;
  readonly #known = new Set<string>();
  #latest: string | undefined;

  constructor(most = 100) {
    this.#most = most;
  }

  of(value: string): string {
    if (value === this.#latest) return value;
    if (this.#known.has(value)) {
      this.#latest = value;
      return value;
    }
    if (this.#known.size >= this.#most || value.length > 100) return "other";
    this.#known.add(value);
    return value;
  }
}
