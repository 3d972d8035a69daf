/** A store that fails on command, for tests of what surrounds a store. It answers later than at once, like a server. */

import type { Store, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";

/** `failing`: every call rejects. `hanging`: calls never end until `release`, which lets those waiting go on. */
export type ChaosMode = "healthy" | "failing" | "hanging";

export class ChaosStore implements Store {
  readonly name = "chaos";
  mode: ChaosMode = "healthy";
  /** Calls that reached the store, whatever became of them. */
  calls = 0;
  readonly #inner: Store;
  #waiting: (() => void)[] = [];

  constructor(inner: Store) {
    this.#inner = inner;
  }

  /** Becomes healthy; calls that hang are carried out now, late. */
  release(): void {
    this.mode = "healthy";
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async get(tenant: string, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    // Read before hanging, so that the answer is out of date when it is released.
    const values = await this.#inner.get(tenant, keys);
    await this.#pass();
    return values;
  }

  async set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    await this.#pass();
    return this.#inner.set(tenant, key, value, options);
  }

  async add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array> {
    await this.#pass();
    return this.#inner.add(tenant, key, value, options);
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    await this.#pass();
    return this.#inner.delete(tenant, key);
  }

  async stats(): Promise<StoreStats> {
    await this.#pass();
    return this.#inner.stats();
  }

  async close(): Promise<void> {
    await this.#pass();
    await this.#inner.close();
  }

  async #pass(): Promise<void> {
    this.calls += 1;
    if (this.mode === "failing") throw new Error("the chaos store fails");
    if (this.mode === "hanging") await new Promise<void>((resume) => this.#waiting.push(resume));
  }
}
