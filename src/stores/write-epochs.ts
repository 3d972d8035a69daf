/**
 * Tells whether a key was written since a given moment, so that a slow read of a lower tier never puts back what a
 * write or a delete has replaced meanwhile.
 *
 * Keys share a fixed number of stripes: two keys of one stripe only cost each other a promotion now and then, and
 * the memory stays the same however many keys there are.
 */

const stripes = 1_024;

/** A mark taken while a write was under way; never equal to a later one. */
const moving = -1;

export class WriteEpochs {
  readonly #epochs = new Float64Array(stripes);
  readonly #underWay = new Uint32Array(stripes);

  begin(key: string): void {
    const stripe = stripeOf(key);
    this.#underWay[stripe] = (this.#underWay[stripe] as number) + 1;
    this.#epochs[stripe] = (this.#epochs[stripe] as number) + 1;
  }

  end(key: string): void {
    const stripe = stripeOf(key);
    this.#underWay[stripe] = (this.#underWay[stripe] as number) - 1;
  }

  /** As if every key had been written. */
  passAll(): void {
    for (let stripe = 0; stripe < stripes; stripe += 1) this.#epochs[stripe] = (this.#epochs[stripe] as number) + 1;
  }

  /** Within a write that began: equal to a later one if no other began since. */
  ownMark(key: string): number {
    return this.#epochs[stripeOf(key)] as number;
  }

  mark(key: string): number {
    const stripe = stripeOf(key);
    return this.#underWay[stripe] === 0 ? (this.#epochs[stripe] as number) : moving;
  }

  unchangedSince(mark: number, key: string): boolean {
    return mark !== moving && this.mark(key) === mark;
  }
}

/** FNV-1a over both ends of the key: digests and numbered names differ at the end, names of a kind at the beginning. */
function stripeOf(key: string): number {
  let hash = 0x811c9dc5;
  const tailAt = Math.max(headLength, key.length - tailLength);
  for (let index = 0; index < key.length; index += 1) {
    if (index === headLength) index = tailAt;
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (stripes - 1);
}

const headLength = 8;
const tailLength = 12;
