import { LRUCache } from "lru-cache";
import { checksumOf, type OpenedEntry, openEntry } from "./entry.ts";

/**
 * Entries that were verified and read, by the identity of their bytes, so that a value that a store hands out again
 * and again is opened once.
 */

interface Known {
  readonly tenant: string;
  readonly slot: string;
  readonly checksum: number;
  readonly opened: OpenedEntry;
}

const overheadBytes = 600;

export class OpenedEntries {
  readonly #kept: LRUCache<Uint8Array, Known>;

  /** `maxBytes`: what is kept may hold on to this much, its bytes included; a value larger than a sixteenth of it is opened each time. */
  constructor(maxBytes = 16 * 1024 * 1024) {
    this.#kept = new LRUCache({ maxSize: maxBytes, maxEntrySize: Math.max(1, Math.floor(maxBytes / 16)) });
  }

  open(bytes: Uint8Array, tenant: string, slot: string): OpenedEntry {
    const known = this.#kept.get(bytes);
    const checksum = checksumOf(bytes);
    // Whose it is and what for is checked each time, also should a store hand out the same bytes twice; and should it
    // write something else into them, that has another checksum.
    if (known?.tenant === tenant && known.slot === slot && known.checksum === checksum) return known.opened;
    const opened = openEntry(bytes, tenant, slot);
    this.#kept.set(bytes, { tenant, slot, checksum, opened }, { size: bytes.length + overheadBytes });
    return opened;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#kept.clear();
  }
}
