/**
 * Keeps calls about the same key in the order in which they were made, where several connections would let a later one
 * overtake. Calls about different keys do not wait for each other. A key is remembered only while it has calls under way.
 */
export class KeyedOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `call` when every earlier one of the key has ended, however it ended. */
  run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const result = before === undefined ? call() : before.then(call, call);
    this.#last.set(key, result);
    const forget = (): void => {
      if (this.#last.get(key) === result) this.#last.delete(key);
    };
    result.then(forget, forget);
    return result;
  }

  /** Keys with calls under way. */
  get size(): number {
    return this.#last.size;
  }
}
