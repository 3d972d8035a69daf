import { LRUCache } from "lru-cache";
import { checksumOf, type OpenedEntry, openEntry } from "../../core/entry.ts";

/**
 * Entries that were verified and read, by the identity of their bytes, so that a value that a store hands out again
 * and again is opened once. What is asked for the first time is only noted, in one of a few places that the next one
 * takes over: most of what comes from a large store is asked for once in a long while, and keeping it would cost the
 * garbage collector more than opening it costs. Met there again, it is kept for as long as it is among the most used.
 */

interface Known {
  readonly bytes: Uint8Array;
  readonly tenant: string;
  readonly slot: string;
  readonly opened: OpenedEntry;
}

/** What is kept may hold on to this much, its bytes included; a larger value than a sixteenth of it is opened each time. */
const keptBytes = 32 * 1024 * 1024;
const overheadBytes = 600;
/** A power of two. */
const notedPlaces = 1_024;
/** A larger value is kept at once: to open it costs more than to keep it, and notes would hold on to too much. */
const notedBytes = 16 * 1024;

export class OpenedEntries {
  readonly #kept = new LRUCache<Uint8Array, Known>({ maxSize: keptBytes, maxEntrySize: keptBytes / 16 });
  readonly #noted: (Known | undefined)[] = new Array(notedPlaces).fill(undefined);

  open(bytes: Uint8Array, tenant: string, slot: string): OpenedEntry {
    const place = checksumOf(bytes) & (notedPlaces - 1);
    const noted = this.#noted[place];
    const known = noted?.bytes === bytes ? noted : this.#kept.get(bytes);
    // Whose it is and what for is checked each time, also should a store hand out the same bytes twice.
    if (known?.tenant === tenant && known.slot === slot) {
      if (known === noted) {
        this.#noted[place] = undefined;
        this.#keep(known);
      }
      return known.opened;
    }
    const opened = openEntry(bytes, tenant, slot);
    const fresh = { bytes, tenant, slot, opened };
    if (bytes.length <= notedBytes) this.#noted[place] = fresh;
    else this.#keep(fresh);
    return opened;
  }

  #keep(known: Known): void {
    this.#kept.set(known.bytes, known, { size: known.bytes.length + overheadBytes });
  }
}
