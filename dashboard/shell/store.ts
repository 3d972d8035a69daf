import { useEffect, useState } from "preact/hooks";

/** A value that several parts of the page see, and that renders those that look at it when it changes. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function useStore<T>(store: Store<T>): T {
  const [, render] = useState(0);
  const seen = store.value;
  useEffect(() => {
    const listener = (): void => render((count) => count + 1);
    const stop = store.listen(listener);
    // It may have changed between the first rendering and now.
    if (!Object.is(seen, store.value)) listener();
    return stop;
  }, [store]);
  return store.value;
}
