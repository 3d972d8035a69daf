import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../core/store.ts";
import type { Deciding } from "./deciding.ts";

/**
 * What all entries of a tenant have taught together, kept in the store so that a restart forgets nothing. Processes that share a
 * store add their lessons to it in turns: who writes begins with what stands there, learns what it has learnt since it
 * wrote last once more on top of it, and goes on with the sum. Two that write in the same moment may lose the lessons of
 * one turn.
 */
export interface PooledMemoryParts {
  readonly store: Store;
  readonly tenant: string;
  readonly deciding: Deciding;
  /** The embedder's; scores by another one are another matter. */
  readonly model: string;
  readonly clock: Clock;
}

export class PooledMemory {
  readonly #parts: PooledMemoryParts;
  #reading: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** What was known without the lessons that are to be saved. */
  #known: ReadonlyMap<string, Uint8Array>;
  /** Each teaches the deciding one label. */
  #unsaved: (() => void)[] = [];

  constructor(parts: PooledMemoryParts) {
    this.#parts = parts;
    this.#known = parts.deciding.states();
  }

  /** What was learnt before; once. Never rejects. */
  restored(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** A label was learnt; `again` learns it once more. */
  async noted(again: () => void): Promise<void> {
    this.#unsaved.push(again);
    if (this.#unsaved.length >= labelsBetweenWrites) await this.save();
  }

  /** Never rejects. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    const { clock, deciding, store, tenant } = this.#parts;
    if (this.#unsaved.length === 0) return;
    try {
      await this.#restore();
    } catch {
      // What it has learnt it goes on with; it is written with the labels to come.
      this.#unsaved = this.#unsaved.slice(-mostUnsaved);
      return;
    }
    for (const again of this.#unsaved.splice(0)) again();
    this.#known = deciding.states();
    for (const [name, state] of this.#known) {
      try {
        await store.set(tenant, this.#keyOf(name), state, { deleteAt: clock.now() + keptForMs });
      } catch {
        // The next turn writes less by these labels.
      }
    }
  }

  async #read(): Promise<void> {
    try {
      await this.#restore();
      this.#known = this.#parts.deciding.states();
    } catch {
      // Then it begins with what comes with the package.
    }
  }

  /** What stands in the store takes the place of what was learnt here. */
  async #restore(): Promise<void> {
    const { deciding, store, tenant } = this.#parts;
    const known = [...this.#known];
    if (known.length === 0) return;
    const keys = known.map(([name]) => this.#keyOf(name));
    const found = await store.get(tenant, keys);
    for (const [index, [name, state]] of known.entries()) {
      deciding.restore(name, state);
      const stored = found[index];
      if (stored !== undefined) deciding.restore(name, stored);
    }
  }

  #keyOf(name: string): string {
    return `semantic-pool:${name}:${this.#parts.model}`;
  }
}

const labelsBetweenWrites = 20;
/** Behind the last label. */
const keptForMs = 180 * 24 * 60 * 60 * 1000;
/** While the store is away. */
const mostUnsaved = 1_000;
