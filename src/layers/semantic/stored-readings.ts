import { LRUCache } from "lru-cache";
import type { Lexicon } from "../../core/lexicon.ts";
import { readText } from "./reading/read-text.ts";
import type { Reading } from "./reading/reading.ts";

/**
 * Stored questions as they were read, the latest ones. To read a text takes longer than all that decides about it, and
 * the questions that are often asked are near to many others. They are found by their slot: no two tenants share one,
 * so that how long a look takes tells nobody what others have asked.
 */
export class StoredReadings {
  readonly #lexicon: () => Lexicon;
  readonly #kept = new LRUCache<string, { readonly text: string; readonly reading: Reading }>({
    maxSize: mostTokens,
    sizeCalculation: ({ reading }) => 1 + reading.tokens.length,
  });

  constructor(lexicon: () => Lexicon) {
    this.#lexicon = lexicon;
  }

  /** What the slot's text says; read anew where it has another text than before. */
  of(slot: string, text: string): Reading {
    const kept = this.#kept.get(slot);
    if (kept?.text === text) return kept.reading;
    const reading = readText(text, this.#lexicon());
    this.#kept.set(slot, { text, reading });
    return reading;
  }

  /** The question is not stored any more. */
  forget(slot: string): void {
    this.#kept.delete(slot);
  }
}

/** In all; of about 200 bytes each, and up to 750 once every guard has made something of them. */
const mostTokens = 64_000;
