import { systemTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import type { Deciding } from "./deciding.ts";

/**
 * What all entries have taught together, kept in the store so that a restart forgets nothing. Processes that share a
 * store each learn for themselves and take turns in writing: the last one's lessons are what the next one begins with.
 */
export class PooledMemory {
  readonly #store: Store;
  readonly #deciding: Deciding;
  readonly #model: string;
  #reading: Promise<void> | undefined;
  #unsaved = 0;

  /** `model`: the embedder's; scores by another one are another matter. */
  constructor(store: Store, deciding: Deciding, model: string) {
    this.#store = store;
    this.#deciding = deciding;
    this.#model = model;
  }

  /** What an earlier process has learnt; once. Never rejects. */
  restored(): Promise<void> {
    this.#reading ??= this.#restore();
    return this.#reading;
  }

  /** One label more was learnt. */
  async noted(): Promise<void> {
    this.#unsaved++;
    if (this.#unsaved >= labelsBetweenWrites) await this.save();
  }

  /** Never rejects. */
  async save(): Promise<void> {
    if (this.#unsaved === 0) return;
    this.#unsaved = 0;
    for (const [name, state] of this.#deciding.states()) {
      try {
        await this.#store.set(systemTenant, this.#keyOf(name), state, { deleteAt: Number.POSITIVE_INFINITY });
      } catch {
        // It is written again with the labels to come.
      }
    }
  }

  async #restore(): Promise<void> {
    const names = [...this.#deciding.states().keys()];
    if (names.length === 0) return;
    try {
      const found = await this.#store.get(
        systemTenant,
        names.map((name) => this.#keyOf(name)),
      );
      for (const [index, state] of found.entries())
        if (state !== undefined) this.#deciding.restore(names[index] as string, state);
    } catch {
      // Then it begins with what comes with the package.
    }
  }

  #keyOf(name: string): string {
    return `semantic-pool:${name}:${this.#model}`;
  }
}

const labelsBetweenWrites = 20;
