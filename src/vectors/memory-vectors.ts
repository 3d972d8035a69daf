/**
 * Vectors of this process alone, gone with it. What was put longest ago in the partition used longest ago goes first, of
 * the tenant that puts where it has more than its share, and else of the one that has most.
 */

import type { Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { shareOf } from "../core/fair-share.ts";
import type { Cleared } from "../core/key-rows.ts";
import { chain } from "../core/maybe-promise.ts";
import type { MaybePromise } from "../core/store.ts";
import type {
  DeletedVectors,
  VectorItem,
  VectorMatch,
  VectorSpace,
  VectorStats,
  VectorStore,
} from "../core/vector-store.ts";
import { LoadedSpace, LoadedSpaces } from "./loaded-spaces.ts";
import type { ScanMemory } from "./scan-memory.ts";
import type { Scanner } from "./scanner.ts";
import { search } from "./search.ts";
import type { VectorBounds } from "./vector-bounds.ts";
import { assertItem, assertVector } from "./vector-check.ts";

/** Counting goes over all partitions, and so is not done for each vector. */
const mostUncounted = 64;

export interface MemoryVectorsOptions {
  readonly clock: Clock;
  readonly memory: ScanMemory;
  readonly scanner: Scanner;
  readonly bounds: VectorBounds;
}

export class MemoryVectors implements VectorStore {
  readonly name = "embedded";
  readonly #options: MemoryVectorsOptions;
  readonly #spaces: LoadedSpaces<LoadedSpace>;
  /** How many each tenant has, as they were counted lately. */
  #counts: Map<string, number> | undefined;
  #sinceCounted = 0;
  #isClosed = false;

  constructor(options: MemoryVectorsOptions) {
    this.#options = options;
    this.#spaces = new LoadedSpaces((space) => new LoadedSpace(space, options.memory));
  }

  /** Nothing leaves this process. */
  sealWith(): void {}

  put(space: VectorSpace, item: VectorItem): "stored" | "declined" {
    this.#assertOpen();
    assertItem(space, item);
    const { id, deleteAt, marks } = item;
    const { bounds } = this.#options;
    if (item.note.byteLength > bounds.noteBytes) return "declined";
    const loaded = this.#spaces.findOrMake(space);
    const { vector, note } = copied(item);
    while (!loaded.index.put(id, vector, deleteAt)) {
      loaded.unkeep(id);
      if (!this.#makeRoom(loaded)) return "declined";
    }
    loaded.keep(id, { vector, note, marks });
    const limit = bounds.vectorsPerPartition(space.dimensions);
    while (loaded.index.size > limit) loaded.remove(loaded.index.oldest as string);
    while (bounds.isOver(this.#options.memory) && this.#makeRoom(loaded));
    return "stored";
  }

  nearest(space: VectorSpace, vector: Float32Array, count: number): MaybePromise<readonly VectorMatch[]> {
    this.#assertOpen();
    assertVector(space, vector);
    const loaded = this.#spaces.find(space);
    if (loaded === undefined) return [];
    const { scanner, clock } = this.#options;
    const { index } = loaded;
    for (const id of index.expire(clock.now())) loaded.unkeep(id);
    if (index.size === 0) this.#spaces.forget(loaded);
    const read = (id: string) => ((index.deleteAtOf(id) ?? 0) > clock.now() ? loaded.kept(id) : undefined);
    const found = search({ index, scanner, vector, count, read, remove: (id) => loaded.remove(id) });
    return chain(found, (matches) => matches ?? []);
  }

  delete({ tenant, partition, ids, marks }: DeletedVectors): void {
    this.#assertOpen();
    for (const loaded of this.#spaces.of(tenant, partition)) {
      const removed = ids ?? (marks && loaded.marked(new Set(marks)));
      for (const id of removed ?? []) loaded.remove(id);
      if (removed === undefined || loaded.index.size === 0) this.#spaces.forget(loaded);
    }
  }

  tenants(): readonly string[] {
    return [...this.#spaces.tenants];
  }

  stats(): VectorStats {
    this.#assertOpen();
    return { vectors: this.#options.memory.vectors, bytes: this.#options.memory.used };
  }

  /** There are no files. */
  scrub(): Cleared {
    return { isErased: true, notes: [] };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const loaded of [...this.#spaces.all()]) this.#spaces.forget(loaded);
    await this.#options.scanner.close();
  }

  /** Removes one vector; false when there is none that could go. `current` is not forgotten even when it is empty. */
  #makeRoom(current: LoadedSpace): boolean {
    const { tenant } = current.space;
    const yielding = this.#whoYields(tenant);
    if (yielding !== undefined && this.#removeOne(current, yielding)) return true;
    return this.#removeOne(current);
  }

  /** Who has to give something up for `tenant`; `undefined`: whoever has used it longest ago. */
  #whoYields(tenant: string): string | undefined {
    const { vectors } = this.#options.memory;
    if (this.#counts === undefined || this.#sinceCounted >= Math.min(mostUncounted, vectors >> 6)) this.#count();
    this.#sinceCounted += 1;
    const counts = this.#counts as Map<string, number>;
    if (counts.size < 2) return undefined;
    const share = shareOf(vectors, counts.size);
    if ((counts.get(tenant) ?? 0) > share) return tenant;
    const [largest, most] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one));
    return most > share ? largest : undefined;
  }

  #count(): void {
    const sizeOf = (tenant: string) => [...this.#spaces.all(tenant)].reduce((sum, { index }) => sum + index.size, 0);
    this.#counts = new Map(Array.from(this.#spaces.tenants, (tenant) => [tenant, sizeOf(tenant)]));
    this.#sinceCounted = 0;
  }

  #removeOne(current: LoadedSpace, tenant?: string): boolean {
    for (const loaded of this.#spaces.all(tenant)) {
      const { oldest } = loaded.index;
      if (oldest !== undefined) loaded.remove(oldest);
      if (loaded.index.size === 0 && loaded !== current) this.#spaces.forget(loaded);
      if (oldest !== undefined) return true;
    }
    return false;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new StoreUnavailableError({ message: "the store of vectors is closed" });
  }
}

/** In one buffer, since the garbage collector holds everybody up for each that there is. */
function copied(item: VectorItem): { readonly vector: Float32Array; readonly note: Uint8Array } {
  const { byteLength } = item.vector;
  const buffer = new ArrayBuffer(byteLength + item.note.byteLength);
  const vector = new Float32Array(buffer, 0, item.vector.length);
  const note = new Uint8Array(buffer, byteLength);
  vector.set(item.vector);
  note.set(item.note);
  return { vector, note };
}
