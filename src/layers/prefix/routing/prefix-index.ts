import { Recency } from "./recency.ts";

/**
 * What each replica is supposed to have in its cache: the blocks of the prompts that it was given, the least recently
 * used forgotten first, as engines do. One table for all replicas has, for each block, a bit for each replica, so that one
 * walk along a prompt finds how much of it every one of them has. A block counts only if all before it are there.
 *
 * The age of a block is how many others the replica has used since: a block is gone when that is more than it holds.
 */

export interface PrefixIndexOptions {
  readonly replicas: number;
  /** Blocks that each is supposed to hold. */
  readonly capacity: number;
}

const bitsInWord = 32;

export class PrefixIndex {
  readonly #words: number;
  readonly #masks = new Map<number, Int32Array>();
  /** With the span of each block's last use, the least recently used first. */
  readonly #held: Map<number, number>[];
  readonly #recency: Recency[];
  readonly #capacities: number[];
  readonly #depths: Int32Array;
  readonly #alive: Int32Array;

  constructor({ replicas, capacity }: PrefixIndexOptions) {
    this.#words = Math.ceil(replicas / bitsInWord);
    this.#held = Array.from({ length: replicas }, () => new Map());
    this.#capacities = Array(replicas).fill(capacity);
    this.#recency = Array.from({ length: replicas }, () => new Recency());
    this.#depths = new Int32Array(replicas);
    this.#alive = new Int32Array(this.#words);
  }

  /** How many leading blocks each replica has, by its index. The list is written anew by the next call. */
  match(names: readonly number[]): Int32Array {
    const depths = this.#depths.fill(0);
    const alive = this.#alive.fill(-1);
    const words = this.#words;
    for (let depth = 0; depth < names.length; depth++) {
      const mask = this.#masks.get(names[depth] as number);
      let rest = 0;
      for (let word = 0; word < words; word++) {
        const before = alive[word] as number;
        if (before === 0) continue;
        const left = mask === undefined ? 0 : before & (mask[word] as number);
        alive[word] = left;
        rest |= left;
        if (left !== before) note(depths, before & ~left, word, depth);
      }
      if (rest === 0) return depths;
    }
    for (let word = 0; word < this.#words; word++) note(depths, alive[word] as number, word, names.length);
    return depths;
  }

  /**
   * The replica has these now, and has used them last. Returns the ages that they had, `undefined` for each that was
   * new.
   */
  put(replica: number, names: readonly number[]): readonly (number | undefined)[] {
    const held = this.#held[replica] as Map<number, number>;
    const recency = this.#recency[replica] as Recency;
    const spans: (number | undefined)[] = [];
    const ages: (number | undefined)[] = [];
    let [before, age]: [number | undefined, number | undefined] = [undefined, undefined];
    for (let place = 0; place < names.length; place++) {
      const span = held.get(names[place] as number);
      // Blocks of one prompt were mostly used together.
      if (span === undefined) age = undefined;
      else if (span !== before || age === undefined) age = recency.distance(span);
      before = span;
      spans.push(span);
      ages.push(age);
    }
    // The deepest first: engines free them in that order, too.
    for (let place = names.length - 1; place >= 0; place--) {
      const name = names[place] as number;
      if (!held.delete(name)) this.#mark(replica, name);
      held.set(name, recency.use(spans[place]));
    }
    this.#shrink(replica);
    return ages;
  }

  /** It has nothing any more: it began anew. */
  clear(replica: number): void {
    for (const name of [...(this.#held[replica] as Map<number, number>).keys()]) this.#drop(replica, name);
  }

  capacityOf(replica: number): number {
    return this.#capacities[replica] as number;
  }

  sizeOf(replica: number): number {
    return (this.#held[replica] as Map<number, number>).size;
  }

  setCapacity(replica: number, blocks: number): void {
    this.#capacities[replica] = Math.max(1, Math.round(blocks));
    this.#shrink(replica);
  }

  #shrink(replica: number): void {
    const held = this.#held[replica] as Map<number, number>;
    const capacity = this.capacityOf(replica);
    for (const name of held.keys()) {
      if (held.size <= capacity) return;
      this.#drop(replica, name);
    }
  }

  #mark(replica: number, name: number): void {
    let mask = this.#masks.get(name);
    if (mask === undefined) {
      mask = new Int32Array(this.#words);
      this.#masks.set(name, mask);
    }
    mask[replica >> 5] = (mask[replica >> 5] as number) | (1 << (replica & 31));
  }

  #drop(replica: number, name: number): void {
    const held = this.#held[replica] as Map<number, number>;
    (this.#recency[replica] as Recency).leave(held.get(name) as number);
    held.delete(name);
    const mask = this.#masks.get(name) as Int32Array;
    mask[replica >> 5] = (mask[replica >> 5] as number) & ~(1 << (replica & 31));
    if (mask.every((word) => word === 0)) this.#masks.delete(name);
  }
}

/** Writes `depth` for each replica whose bit is set. */
function note(depths: Int32Array, bits: number, word: number, depth: number): void {
  let left = bits;
  while (left !== 0) {
    const bit = 31 - Math.clz32(left & -left);
    const replica = word * bitsInWord + bit;
    if (replica < depths.length) depths[replica] = depth;
    left &= left - 1;
  }
}
