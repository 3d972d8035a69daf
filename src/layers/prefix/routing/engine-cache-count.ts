/**
 * How much an engine's cache holds, from what it tells of it: what was stored since it began, less what was removed. It
 * removes only when it is full, so that what it holds then is what it can hold.
 */
export class EngineCacheCount {
  /** `undefined` while it is not known what it held before. */
  #held: number | undefined;
  #tokensInBlock = 0;

  /** The engine begins with nothing in its cache. `isWhole`: and all that it has told since will be heard. */
  begun(isWhole: boolean): void {
    this.#held = isWhole ? 0 : undefined;
  }

  stored(blocks: number, tokens: number): void {
    if (blocks <= 0) return;
    this.#tokensInBlock = tokens / blocks;
    if (this.#held !== undefined) this.#held += blocks;
  }

  /** Returns how many tokens the cache can hold, where that is known. */
  removed(blocks: number): number | undefined {
    if (this.#held === undefined) return undefined;
    const full = this.#held * this.#tokensInBlock;
    this.#held = Math.max(0, this.#held - blocks);
    return full > 0 ? full : undefined;
  }

  /** Something that it told was not heard. */
  lost(): void {
    this.#held = undefined;
  }
}
