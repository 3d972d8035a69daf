/**
 * Vectors in one SQLite file in a folder, kept across restarts, shared by several processes. In memory are the codes
 * of the partitions in use; true vectors and notes are read from the file when they come into question, a dozen a
 * look-up. Puts are acknowledged at once, found by this process at once, and written by a thread of their own some
 * milliseconds later; deletes are acknowledged when they are in the file.
 *
 * A file that is damaged answers nothing and takes nothing: `check` says so, as does every look-up. Only with
 * `restartWhenDamaged` it is renamed, never deleted, and the store begins afresh.
 */

import { type Clock, systemRandom } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Cleared } from "../core/key-rows.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import type { Sealer } from "../core/sealer.ts";
import type { MaybePromise } from "../core/store.ts";
import type { StoreFinding } from "../core/store-check.ts";
import { bytesOfNumbers } from "../core/vector.ts";
import type {
  DeletedVectors,
  VectorItem,
  VectorMatch,
  VectorSpace,
  VectorStats,
  VectorStore,
} from "../core/vector-store.ts";
import { FileSpace } from "./file-space.ts";
import { LoadedSpaces } from "./loaded-spaces.ts";
import { OpenFile } from "./open-file.ts";
import type { ScanMemory } from "./scan-memory.ts";
import type { Scanner } from "./scanner.ts";
import { openVector, sealVector, type VectorBytes, vectorPlace } from "./sealed-row.ts";
import { search, type TrueVector } from "./search.ts";
import type { VectorOperation } from "./vector-batch.ts";
import type { VectorBounds } from "./vector-bounds.ts";
import { assertItem, assertVector } from "./vector-check.ts";
import type { VectorRow } from "./vector-rows.ts";
import { VectorWriteQueue } from "./vector-write-queue.ts";

export interface FileVectorsOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly memory: ScanMemory;
  readonly scanner: Scanner;
  readonly bounds: VectorBounds;
  readonly restartWhenDamaged: boolean;
  readonly onWarning: (message: string) => void;
}

/** Keys that are gone from memory again before the search is over are those of a process that hardly runs. */
const mostAttempts = 3;

export class FileVectors implements VectorStore {
  readonly name = "embedded";
  readonly #options: FileVectorsOptions;
  readonly #origin = new DataView(systemRandom.bytes(4).buffer as ArrayBuffer).getUint32(0);
  readonly #file: OpenFile;
  readonly #queue: VectorWriteQueue;
  readonly #spaces: LoadedSpaces<FileSpace>;
  #sealer: Sealer | undefined;
  #isClosed = false;

  constructor(options: FileVectorsOptions) {
    this.#options = options;
    const { clock, bounds, memory, restartWhenDamaged, onWarning } = options;
    this.#spaces = new LoadedSpaces((space) => new FileSpace(space, memory));
    this.#file = new OpenFile({
      directory: options.directory,
      clock,
      restartWhenDamaged,
      onWarning,
      letGo: () => this.#queue.release(),
      onFresh: () => {
        for (const loaded of this.#spaces.all()) loaded.startAnew();
        this.#queue.resume();
      },
      onLost: (error) => {
        this.#queue.abandon(error);
        for (const loaded of [...this.#spaces.all()]) this.#spaces.forget(loaded);
      },
    });
    this.#queue = new VectorWriteQueue({
      path: this.#file.path,
      clock,
      origin: this.#origin,
      maxVectors: bounds.maxVectors,
      maxFileBytes: bounds.maxFileBytes,
      maxPendingBytes: bounds.pendingBytes,
      onFailure: (code, message) => this.#file.writingFailed(code, message),
    });
    const { problem } = this.#file;
    if (problem !== undefined) this.#queue.abandon(this.#file.unavailable(problem));
  }

  sealWith(sealer: Sealer): void {
    this.#sealer = sealer;
  }

  put(space: VectorSpace, item: VectorItem): MaybePromise<"stored" | "declined" | "overloaded"> {
    this.#assertOpen();
    assertItem(space, item);
    const { bounds } = this.#options;
    if (item.note.byteLength > bounds.noteBytes) return "declined";
    const { id, owner, marks } = item;
    const kept: TrueVector = { vector: item.vector.slice(), note: new Uint8Array(item.note), marks };
    const bytes: VectorBytes = { vector: bytesOfNumbers(kept.vector), note: kept.note };
    const deleteAt = Math.floor(item.deleteAt);
    if (this.#sealer === undefined) return this.#put(space, id, deleteAt, kept, bytes);
    return chain(sealVector(this.#sealer, vectorPlace(space, id), bytes, owner), (sealed) => {
      this.#assertOpen();
      return this.#put(space, id, deleteAt, kept, sealed);
    });
  }

  #put(
    space: VectorSpace,
    id: string,
    deleteAt: number,
    kept: TrueVector,
    bytes: VectorBytes,
  ): "stored" | "overloaded" {
    const { tenant, partition, model, dimensions } = space;
    const limit = this.#options.bounds.vectorsPerPartition(dimensions);
    const operation = {
      kind: "put",
      tenant,
      partition,
      model,
      id,
      deleteAt,
      limit,
      marks: kept.marks?.join(" ") ?? "",
      ...bytes,
    } as const;
    if (!this.#queue.takes(operation)) return "overloaded";
    const loaded = this.#spaces.findOrMake(space);
    loaded.keep(id, kept);
    this.#index(loaded, id, kept.vector, deleteAt);
    this.#queue.put(operation, () => {
      if (loaded.kept(id) === kept) loaded.unkeep(id);
    });
    return "stored";
  }

  nearest(space: VectorSpace, vector: Float32Array, count: number): MaybePromise<readonly VectorMatch[]> {
    this.#assertOpen();
    assertVector(space, vector);
    const loaded = this.#spaces.find(space);
    if (loaded !== undefined) return this.#nearest(loaded, vector, count, true);
    // Most contexts are new: nothing is kept for what is not there.
    if (this.#file.read((rows) => rows.placeOf(space)) === undefined) return [];
    return this.#nearest(this.#spaces.findOrMake(space), vector, count, true);
  }

  async delete({ tenant, partition, ids, marks }: DeletedVectors): Promise<void> {
    this.#assertOpen();
    if (ids === undefined && marks !== undefined) return this.#deleteMarked(tenant, partition, marks);
    for (const loaded of [...this.#spaces.of(tenant, partition)]) {
      for (const id of ids ?? []) loaded.remove(id);
      if (ids === undefined) this.#spaces.forget(loaded);
    }
    const one = (id: string | undefined): VectorOperation => ({ kind: "delete", tenant, partition, id });
    await this.#queue.delete(ids === undefined ? [one(undefined)] : ids.map(one));
  }

  async #deleteMarked(tenant: string, partition: string | undefined, marks: readonly string[]): Promise<void> {
    await this.#queue.delete(marks.map((mark) => ({ kind: "delete", tenant, partition, id: undefined, mark })));
    // What of them was in memory is read anew, without them.
    for (const loaded of this.#spaces.of(tenant, partition)) loaded.startAnew();
  }

  /** Of the file. */
  async stats(): Promise<VectorStats> {
    this.#assertOpen();
    await this.flush().catch(() => undefined);
    if (this.#isClosed || this.#file.problem !== undefined) return { vectors: 0, bytes: 0 };
    return this.#file.read((rows) => rows.totals());
  }

  /** Of the file; a damaged one has none. */
  async tenants(): Promise<readonly string[]> {
    this.#assertOpen();
    await this.flush().catch(() => undefined);
    return this.#file.problem === undefined ? this.#file.read((rows) => rows.tenants()) : [];
  }

  /** What is wrong with the file, and what to do about it; at least one finding. */
  async check(): Promise<readonly StoreFinding[]> {
    this.#assertOpen();
    const problem = this.#file.problem ?? (await this.#queue.check());
    if (problem !== undefined) return [this.#file.finding(problem)];
    const { vectors } = await this.stats();
    return [{ detail: `${this.#file.path} is sound; vectors in it: ${vectors}` }];
  }

  /** Resolves when everything put before is in the file; rejects while it cannot be written. */
  flush(): Promise<void> {
    this.#assertOpen();
    return this.#queue.flush();
  }

  /** What is deleted is overwritten at once; here the log is emptied that still has it. */
  async scrub(): Promise<Cleared> {
    await this.flush();
    if (this.#file.emptyLog()) return { isErased: true, notes: [] };
    const note = `The log of ${this.#file.path} may hold vectors that were removed until another process lets it be emptied.`;
    return { isErased: false, notes: [note] };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#options.scanner.close();
    const lost = await this.#queue.close();
    this.#file.close();
    for (const loaded of [...this.#spaces.all()]) this.#spaces.forget(loaded);
    if (lost > 0) this.#options.onWarning(`${lost} changes to ${this.#file.path} were lost: it could not be written`);
  }

  #nearest(
    loaded: FileSpace,
    vector: Float32Array,
    count: number,
    mayStartAnew: boolean,
    attempt = 1,
  ): MaybePromise<readonly VectorMatch[]> {
    return chain(this.#catchUp(loaded), () => {
      loaded.index.expire(this.#options.clock.now());
      const { scanner } = this.#options;
      // Rows whose keys are not in memory at this moment: it is searched again when they are.
      const locked: Promise<unknown>[] = [];
      const read = (id: string) => this.#read(loaded, id, locked);
      const remove = (id: string) => {
        if (locked.length === 0) loaded.index.remove(id);
      };
      const found = search({ index: loaded.index, scanner, vector, count, read, remove });
      return chain(found, (matches) => {
        if (locked.length > 0 && attempt < mostAttempts)
          return Promise.all(locked).then(() => this.#nearest(loaded, vector, count, mayStartAnew, attempt + 1));
        if (matches !== undefined) return matches;
        loaded.startAnew();
        return mayStartAnew ? this.#nearest(loaded, vector, count, false) : [];
      });
    });
  }

  #catchUp(loaded: FileSpace): MaybePromise<void> {
    const take = (row: VectorRow) =>
      chain(this.#opened(loaded.space, row), (opened) => {
        if (loaded.isForgotten) return;
        if (opened === undefined) this.#drop(row);
        else if (row.deleteAt > this.#options.clock.now()) this.#index(loaded, row.id, opened.vector, row.deleteAt);
      });
    return loaded.catchUp({ read: (read) => this.#file.read(read), origin: this.#origin, take });
  }

  /** As it was put; `undefined` when it is damaged, or not sealed as it should be, or no more. */
  #opened(space: VectorSpace, row: VectorRow): MaybePromise<TrueVector | undefined> {
    const { vector, note, sealed } = row;
    if (this.#sealer === undefined) return vector && { vector, note };
    if (sealed !== undefined) return openVector(this.#sealer, vectorPlace(space, row.id), sealed);
    if (vector !== undefined) this.#sealer.rejected("unsealed");
    return undefined;
  }

  /** The true vector; `undefined` when it is deleted, dead or damaged, or `locked` for the moment. */
  #read(loaded: FileSpace, id: string, locked: Promise<unknown>[]): TrueVector | undefined {
    const now = this.#options.clock.now();
    const kept = loaded.kept(id);
    if (kept !== undefined) return (loaded.index.deleteAtOf(id) ?? 0) > now ? kept : undefined;
    const row = loaded.row(id, (read) => this.#file.read(read));
    if (row === undefined || row.deleteAt <= now) return undefined;
    const opened = this.#opened(loaded.space, row);
    if (isPromise(opened)) {
      opened.catch(() => {});
      locked.push(opened);
      return undefined;
    }
    if (opened === undefined) this.#drop(row);
    return opened;
  }

  /** Removes a damaged row some time. */
  #drop({ seq, checksum }: VectorRow): void {
    const operation = { kind: "drop", seq, checksum } as const;
    if (this.#queue.takes(operation)) this.#queue.put(operation);
  }

  #index(loaded: FileSpace, id: string, vector: Float32Array, deleteAt: number): void {
    const { memory, bounds } = this.#options;
    const { index } = loaded;
    while (!index.put(id, vector, deleteAt)) {
      if (this.#makeRoom(loaded)) continue;
      // Nothing else can go: the oldest of its own do, in memory alone.
      if (index.oldest === undefined) return;
      index.remove(index.oldest);
    }
    const limit = bounds.vectorsPerPartition(loaded.space.dimensions);
    while (index.size > limit) index.remove(index.oldest as string);
    while (memory.used > bounds.maxBytes && this.#makeRoom(loaded));
  }

  /** Has the partition used longest ago leave memory; false when none can. */
  #makeRoom(current: FileSpace): boolean {
    for (const loaded of this.#spaces.all()) {
      if (loaded === current || !loaded.isIdle) continue;
      this.#spaces.forget(loaded);
      return true;
    }
    return false;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new StoreUnavailableError({ message: "the store of vectors is closed" });
  }
}
