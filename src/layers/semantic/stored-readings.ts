import { LRUCache } from "lru-cache";
import type { Lexicon } from "../../core/lexicon.ts";
import { readText } from "./reading/read-text.ts";
import type { Reading } from "./reading/reading.ts";

/**
 * Stored questions as they were read. The questions that are often asked are near to many others, and what guards make of
 * them is kept with them. They are found by their slot: no two tenants share one, so that how long a look takes tells
 * nobody what others have asked.
 *
 * What was met once waits in a short list, and only what is met again there is kept for long (a segmented LRU: Karedla,
 * Love and Wherry, "Caching strategies to improve disk system performance", 1994). Most are never met again; to keep
 * them all would have the garbage collector move megabytes at a time, with everybody waiting.
 */
export class StoredReadings {
  readonly #lexicon: () => Lexicon;
  readonly #metOnce = kept(mostTokensMetOnce);
  readonly #metAgain = kept(mostTokens);

  constructor(lexicon: () => Lexicon) {
    this.#lexicon = lexicon;
  }

  /** What the slot's text says; read anew where it has another text than before. */
  of(slot: string, text: string): Reading {
    const often = this.#metAgain.get(slot);
    if (often?.text === text) return often.reading;
    const once = this.#metOnce.get(slot);
    if (once?.text === text) {
      this.#metOnce.delete(slot);
      this.#metAgain.set(slot, once);
      return once.reading;
    }
    const reading = readText(text, this.#lexicon());
    this.forget(slot);
    // A long text takes so long to read that it is worth its room at once.
    const list = reading.tokens.length > longText ? this.#metAgain : this.#metOnce;
    list.set(slot, { text, reading });
    return reading;
  }

  clear(): void {
    this.#metOnce.clear();
    this.#metAgain.clear();
  }

  /** The question is not stored any more. */
  forget(slot: string): void {
    this.#metOnce.delete(slot);
    this.#metAgain.delete(slot);
  }
}

interface Kept {
  readonly text: string;
  readonly reading: Reading;
}

function kept(maxSize: number): LRUCache<string, Kept> {
  return new LRUCache({ maxSize, sizeCalculation: ({ reading }) => 1 + reading.tokens.length });
}

/** In all; of about 200 bytes each, and up to 750 once every guard has made something of them. */
const mostTokens = 60_000;
/** What some forty looks meet. */
const mostTokensMetOnce = 4_000;
const longText = 1_000;
