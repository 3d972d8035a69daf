import { getHeapStatistics } from "node:v8";
import { LRUCache } from "lru-cache";
import type { Lexicon } from "../../core/lexicon.ts";
import { readText } from "./reading/read-text.ts";
import type { Reading } from "./reading/reading.ts";

/**
 * Stored questions as they were read. The questions that are often asked are near to many others, and what guards make of
 * them is kept with them. They are found by their slot: no two tenants share one, so that how long a look takes tells
 * nobody what others have asked.
 *
 * What is met for the first time is only noted, and kept when it is met again while that is known (the queue of ghosts of
 * 2Q: Johnson and Shasha, "2Q: A low overhead high performance buffer management replacement algorithm", 1994). Most are
 * never met again; to keep them all, if only for a while, would have the garbage collector move megabytes at a time, with
 * everybody waiting.
 */
export class StoredReadings {
  readonly #lexicon: () => Lexicon;
  readonly #metOnce = new LRUCache<string, true>({ max: mostMetOnce });
  readonly #kept: LRUCache<string, Kept>;

  /** `heapBytes`: what the heap may grow to; default: as this process was started. */
  constructor(lexicon: () => Lexicon, heapBytes = getHeapStatistics().heap_size_limit) {
    this.#lexicon = lexicon;
    this.#kept = new LRUCache<string, Kept>({
      maxSize: Math.max(1, Math.min(mostTokens, Math.floor((heapBytes * mostOfHeap) / bytesPerToken))),
      sizeCalculation: ({ reading }) => 1 + reading.tokens.length,
    });
  }

  /** What the slot's text says; read anew where it has another text than before. */
  of(slot: string, text: string): Reading {
    const kept = this.#kept.get(slot);
    if (kept?.text === text) return kept.reading;
    const reading = readText(text, this.#lexicon());
    // A long text takes so long to read that it is worth its room at once.
    const isKept = this.#metOnce.delete(slot) || reading.tokens.length > longText;
    this.#kept.delete(slot);
    if (isKept) this.#kept.set(slot, { text, reading });
    else this.#metOnce.set(slot, true);
    return reading;
  }

  clear(): void {
    this.#metOnce.clear();
    this.#kept.clear();
  }

  /** The question is not stored any more. */
  forget(slot: string): void {
    this.#metOnce.delete(slot);
    this.#kept.delete(slot);
  }
}

interface Kept {
  readonly text: string;
  readonly reading: Reading;
}

/** In all, where the heap has room. */
const mostTokens = 60_000;
/** About 200, and up to this once every guard has made something of them. */
const bytesPerToken = 750;
const mostOfHeap = 1 / 16;
/** What more than a hundred looks meet. */
const mostMetOnce = 1_000;
const longText = 1_000;
