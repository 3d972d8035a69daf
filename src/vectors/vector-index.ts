/**
 * The vectors of one space as they are scanned: a row of codes in every slot, slots without gaps. A vector that goes
 * leaves its slot to the last one, so neither putting nor deleting depends on how many there are.
 *
 * A scan in another thread needs the rows to stay where they are. While the index is pinned, a vector that goes leaves
 * a hole, and a vector that changes moves to a new slot at the end; the holes are closed with the last pin.
 */

import { encodeVector, widthOf } from "./codes.ts";
import type { ScanBlock } from "./scan-kernel.ts";
import { ScanMemory } from "./scan-memory.ts";

interface Block extends ScanBlock {
  readonly bytes: number;
  readonly capacity: number;
}

/** What an id, its slot and its time take outside of the blocks, about. */
const bytesPerItem = 100;
/** The first block of a space is small: most contexts are asked in once. */
const firstRows = 2;
const expiredAtOnce = 2_000;

export function bytesPerVector(dimensions: number): number {
  return widthOf(dimensions) + 4 + bytesPerItem;
}

export class VectorIndex {
  readonly width: number;
  readonly #memory: ScanMemory;
  /** The oldest first. */
  readonly #slots = new Map<string, number>();
  readonly #ids: (string | undefined)[] = [];
  readonly #deleteAts: number[] = [];
  readonly #blocks: Block[] = [];
  #capacity = 0;
  #bytesBeside = 0;
  #nextDeath = Number.POSITIVE_INFINITY;
  #pins = 0;
  #holes: number[] = [];
  /** Of all vectors there ever were. */
  largestStep = 0;

  constructor(memory: ScanMemory, dimensions: number) {
    this.#memory = memory;
    this.width = widthOf(dimensions);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Slots to scan, holes included. */
  get rows(): number {
    return this.#ids.length;
  }

  get isPinned(): boolean {
    return this.#pins > 0;
  }

  /** The id that was put or replaced longest ago. */
  get oldest(): string | undefined {
    return this.#slots.keys().next().value;
  }

  idAt(slot: number): string | undefined {
    return this.#ids[slot];
  }

  deleteAtOf(id: string): number | undefined {
    const slot = this.#slots.get(id);
    return slot === undefined ? undefined : this.#deleteAts[slot];
  }

  /** Takes the place of an earlier vector of that id. False when the memory is full; that earlier one is gone then. */
  put(id: string, vector: Float32Array, deleteAt: number): boolean {
    this.remove(id);
    const slot = this.#ids.length;
    if (slot === this.#capacity && !this.#addBlock()) return false;
    this.#ids.push(id);
    this.#deleteAts.push(deleteAt);
    this.#slots.set(id, slot);
    this.#count(1, bytesPerItem + id.length);
    this.#nextDeath = Math.min(this.#nextDeath, deleteAt);
    const { codes, steps } = this.#rowAt(slot);
    const step = encodeVector(vector, this.#memory.codes.subarray(codes, codes + this.width));
    this.#memory.floats[steps] = step;
    this.largestStep = Math.max(this.largestStep, step);
    return true;
  }

  remove(id: string): boolean {
    const slot = this.#slots.get(id);
    if (slot === undefined) return false;
    this.#slots.delete(id);
    this.#count(-1, -bytesPerItem - id.length);
    this.#ids[slot] = undefined;
    if (this.#pins > 0) this.#holes.push(slot);
    else this.#close(slot);
    return true;
  }

  /** Removes what is dead, so much at a time as takes a millisecond; returns the ids. */
  expire(now: number): readonly string[] {
    if (this.#nextDeath > now) return [];
    const dead: string[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < this.#ids.length && dead.length < expiredAtOnce; slot += 1) {
      const [id, deleteAt] = [this.#ids[slot], this.#deleteAts[slot] as number];
      if (id === undefined) continue;
      if (deleteAt <= now) dead.push(id);
      else if (deleteAt < next) next = deleteAt;
    }
    for (const id of dead) this.remove(id);
    // Where it stopped before the end, there may be more that is dead.
    this.#nextDeath = dead.length < expiredAtOnce ? next : now;
    return dead;
  }

  /** What a scan reads: rows in use only. */
  blocks(): readonly ScanBlock[] {
    const rows = this.#ids.length;
    return this.#blocks.map((block) => ({ ...block, rows: Math.min(block.capacity, rows - block.first) }));
  }

  pin(): void {
    this.#pins += 1;
  }

  unpin(): void {
    this.#pins -= 1;
    if (this.#pins > 0 || this.#holes.length === 0) return;
    // From the end, so that the last row is never a hole itself.
    const holes = this.#holes.sort((one, other) => other - one);
    this.#holes = [];
    for (const slot of holes) this.#close(slot);
  }

  /** Gives all memory back. */
  clear(): void {
    for (const { codes, bytes } of this.#blocks.splice(0)) this.#memory.free(codes, bytes);
    this.#count(-this.#slots.size, -this.#bytesBeside);
    this.#slots.clear();
    this.#ids.length = 0;
    this.#deleteAts.length = 0;
    this.#holes = [];
    this.#capacity = 0;
    this.largestStep = 0;
    this.#nextDeath = Number.POSITIVE_INFINITY;
  }

  #count(vectors: number, bytes: number): void {
    this.#memory.vectors += vectors;
    this.#memory.bytesBeside += bytes;
    this.#bytesBeside += bytes;
  }

  /** Moves the last row into the slot. */
  #close(slot: number): void {
    const last = this.#ids.length - 1;
    if (slot !== last) {
      const { codes, floats } = this.#memory;
      const [from, to] = [this.#rowAt(last), this.#rowAt(slot)];
      codes.copyWithin(to.codes, from.codes, from.codes + this.width);
      floats[to.steps] = floats[from.steps] as number;
      const id = this.#ids[last] as string;
      this.#ids[slot] = id;
      this.#deleteAts[slot] = this.#deleteAts[last] as number;
      // Not a new key, so the order of age stays.
      this.#slots.set(id, slot);
    }
    this.#ids.length = last;
    this.#deleteAts.length = last;
    const block = this.#blocks.at(-1);
    if (block === undefined || block.first < last) return;
    this.#blocks.pop();
    this.#memory.free(block.codes, block.bytes);
    this.#capacity -= block.capacity;
  }

  /** Each block holds about as many rows as all before it, up to the largest block there is, or what is left. */
  #addBlock(): boolean {
    const rowBytes = this.width + 4;
    const least = ScanMemory.blockSize(rowBytes);
    let bytes = ScanMemory.blockSize(rowBytes * Math.max(firstRows, this.#capacity));
    let codes = this.#memory.allocate(bytes);
    while (codes === undefined && bytes > least) {
      bytes /= 2;
      codes = this.#memory.allocate(bytes);
    }
    if (codes === undefined) return false;
    const capacity = Math.floor(bytes / rowBytes);
    this.#blocks.push({
      codes,
      steps: codes + capacity * this.width,
      rows: capacity,
      first: this.#capacity,
      bytes,
      capacity,
    });
    this.#capacity += capacity;
    return true;
  }

  /** The address of the codes, and the place of the step among the floats. */
  #rowAt(slot: number): { readonly codes: number; readonly steps: number } {
    let at = this.#blocks.length - 1;
    // Blocks grow, so nearly all rows are in the last ones.
    while ((this.#blocks[at] as Block).first > slot) at -= 1;
    const { codes, steps, first } = this.#blocks[at] as Block;
    const row = slot - first;
    return { codes: codes + row * this.width, steps: steps / 4 + row };
  }
}
