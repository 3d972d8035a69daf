/**
 * A space of the file as far as it is in memory, and how it is brought up to date before each look-up. While nobody
 * has written to the file, that is one question to SQLite. Else the rows that others have put since are read; what
 * others have deleted is met as a row that is gone when its vector comes into question (search.ts), so no list of
 * deletions is kept. A large space is read page by page, and the event loop turns in between.
 */

import { chain } from "../core/maybe-promise.ts";
import { allOf } from "../core/sealer.ts";
import type { MaybePromise } from "../core/store.ts";
import type { VectorSpace } from "../core/vector-store.ts";
import { LoadedSpace } from "./loaded-spaces.ts";
import { nextTurn } from "./next-turn.ts";
import type { ScanMemory } from "./scan-memory.ts";
import { spaceSeed } from "./vector-file.ts";
import type { SpaceInFile, VectorRow, VectorRows } from "./vector-rows.ts";

/** Read within less than a millisecond. */
const pageRows = 64;
const nobody = -1;

export interface ReadingOptions {
  /** Reads the file, which may be another one the next time. */
  readonly read: <T>(read: (rows: VectorRows) => T) => T;
  /** Whose puts are in memory already. */
  readonly origin: number;
  /** Takes a row into the index, if it is alive and sound. */
  readonly take: (row: VectorRow) => MaybePromise<void>;
}

export class FileSpace extends LoadedSpace {
  readonly #seed: number;
  #place: number | undefined;
  /** The version of the file for which the index is up to date. */
  #version: number | undefined;
  /** All rows up to this one were read. */
  #seen = 0;
  #isComplete = false;
  #isForgotten = false;
  /** How often it was begun anew: what was read before does not count. */
  #starts = 0;
  #reading: Promise<void> | undefined;

  constructor(space: VectorSpace, memory: ScanMemory) {
    super(space, memory);
    this.#seed = spaceSeed(space);
  }

  /** The row of an id, which may have been committed, and the space come to another place, since the last catching up. */
  row(id: string, read: ReadingOptions["read"]): VectorRow | undefined {
    const place = this.#place;
    const found = this.#rowAt(place, id, read);
    if (found !== undefined) return found;
    this.#place = read((rows) => rows.placeOf(this.space));
    return this.#place === place ? undefined : this.#rowAt(this.#place, id, read);
  }

  get isForgotten(): boolean {
    return this.#isForgotten;
  }

  /** Whether it may leave memory. */
  get isIdle(): boolean {
    return !this.keepsAny && !this.index.isPinned && this.#reading === undefined;
  }

  catchUp(options: ReadingOptions): MaybePromise<void> {
    if (this.#reading !== undefined) return this.#reading;
    const version = options.read((rows) => rows.version());
    if (version === this.#version) return;
    const isDone = this.#readPage(options);
    if (isDone === true) {
      this.#version = version;
      return;
    }
    this.#reading = this.#readOn(options, version, isDone).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Has the next look-up read everything again. */
  startAnew(): void {
    this.#starts += 1;
    this.clearUnkept();
    this.#version = undefined;
    this.#seen = 0;
    this.#isComplete = false;
  }

  override clear(): void {
    super.clear();
    this.#isForgotten = true;
  }

  async #readOn(options: ReadingOptions, version: number, first: MaybePromise<boolean>): Promise<void> {
    const starts = this.#starts;
    let isDone = await first;
    while (!isDone) {
      await nextTurn();
      if (this.#isForgotten) return;
      isDone = await this.#readPage(options);
    }
    if (starts === this.#starts) this.#version = version;
  }

  /** True when there is no more. */
  #readPage({ read, origin, take }: ReadingOptions): MaybePromise<boolean> {
    // Another place than before means that the space was emptied in between: what was read is gone, `seq` goes on.
    this.#place = read((rows) => rows.placeOf(this.space));
    const inFile = this.#inFile(this.#place);
    if (inFile === undefined) return true;
    const newest = read((rows) => rows.newest(inFile.place));
    const except = this.#isComplete ? origin : nobody;
    const page = read((rows) => rows.page(inFile, this.#seen, newest, except, pageRows));
    const starts = this.#starts;
    const taken = page.filter(({ id }) => this.kept(id) === undefined).map(take);
    return chain(allOf(taken), () => {
      const isLast = page.length < pageRows;
      if (starts !== this.#starts) return isLast;
      this.#seen = isLast ? newest : (page.at(-1) as VectorRow).seq;
      this.#isComplete ||= isLast;
      return isLast;
    });
  }

  #rowAt(place: number | undefined, id: string, read: ReadingOptions["read"]): VectorRow | undefined {
    const inFile = this.#inFile(place);
    return inFile && read((rows) => rows.row(inFile, id));
  }

  #inFile(place: number | undefined): SpaceInFile | undefined {
    return place === undefined ? undefined : { place, seed: this.#seed, dimensions: this.space.dimensions };
  }
}
