/**
 * A sketch of a set of words: one bit for each hash (Bloom 1970, https://doi.org/10.1145/362686.362692, with one hash
 * function). Says of any word that is in the set that it may be, and of nearly every other that it is not. The hash is a
 * polynomial, so that the hash of a changed word follows from those of its parts, and no string need be built.
 */
export class WordSketch {
  readonly #bits = new Uint32Array(1 << (logOfBits - 5));

  add(word: string): void {
    const place = placeOf(hashOn(0, word));
    this.#bits[place >>> 5] = (this.#bits[place >>> 5] as number) | (1 << (place & 31));
  }

  mayHave(hash: number): boolean {
    const place = placeOf(hash);
    return (((this.#bits[place >>> 5] as number) >>> (place & 31)) & 1) === 1;
  }
}

/** Of the forty thousand words of a model one in twenty-five bits is set. */
const logOfBits = 20;

/** hash(xy) = hash(x) * multiplier ** length(y) + hash(y). */
export const multiplier = 0x2c1b3c6d;

/** The hash of a text that goes on with `more`. */
export function hashOn(hash: number, more: string): number {
  let next = hash;
  for (let at = 0; at < more.length; at++) next = (Math.imul(next, multiplier) + more.charCodeAt(at)) | 0;
  return next;
}

function placeOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - logOfBits);
}
