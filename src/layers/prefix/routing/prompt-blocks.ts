/**
 * A prompt as engines cache it: cut into blocks of equal length from its beginning, each named by a hash of itself and of
 * all before it, so that two prompts share as many names as they share whole blocks (as vLLM names its blocks: "Automatic
 * Prefix Caching", docs/design/prefix_caching.md). Blocks of characters stand for blocks of tokens: which tokenizer a
 * replica has need not be known. The names are not secret and not proof against forgery; who forges one is routed badly.
 */

export interface PromptBlocks {
  /** Names of the whole blocks, from the beginning; integers below 2^53. */
  readonly names: readonly number[];
  /** Of one block, in the units of `length`. */
  readonly blockLength: number;
  /** Of the whole prompt, with what does not fill a block. */
  readonly length: number;
  /** What was cut, for policies that look closer. */
  readonly text?: string;
}

/** UTF-16 units; some 128 tokens of English. */
export const defaultBlockLength = 512;
/** Names beyond this say little more about where a prompt was seen. */
const mostBlocks = 512;

/** `salt` parts what must not be shared, such as models and tenants. `blockLength`: a multiple of four. */
export function blocksOf(text: string, salt = "", blockLength = defaultBlockLength): PromptBlocks {
  const names: number[] = [];
  const count = Math.min(mostBlocks, Math.floor(text.length / blockLength));
  let [low, high] = [firstLow, firstHigh];
  if (salt !== "") {
    const padded = salt.padEnd(4 * Math.ceil(salt.length / 4), "\0");
    [low, high] = mixed(wordsOf(padded, padded.length), 0, padded.length / 2, low, high);
  }
  const words = wordsOf(text, count * blockLength);
  const wordsInBlock = blockLength / 2;
  for (let block = 0; block < count; block++) {
    [low, high] = mixed(words, block * wordsInBlock, (block + 1) * wordsInBlock, low, high);
    names.push((high >>> 11) * 2 ** 32 + (low >>> 0));
  }
  return { names, blockLength, length: text.length, text };
}

const firstLow = 0x1b873593;
const firstHigh = 0x6a09e667;

let scratch = Buffer.alloc(0);

/** The first `length` units, two in a word; until the next call. Reading them out of the string one by one takes twice as long. */
function wordsOf(text: string, length: number): Int32Array {
  if (scratch.length < 2 * length) scratch = Buffer.from(new ArrayBuffer(4 * length));
  scratch.write(text, 0, 2 * length, "utf16le");
  return new Int32Array(scratch.buffer, scratch.byteOffset, length / 2);
}

/** Two lanes of multiply and rotate, which take turns and meet at the end; good enough to tell blocks apart. */
function mixed(words: Int32Array, from: number, to: number, low: number, high: number): [number, number] {
  let a = low;
  let b = high;
  for (let place = from; place < to; place += 2) {
    a = Math.imul(a ^ (words[place] as number), 0x2c1b3c6d);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b ^ (words[place + 1] as number), 0x297a2d39);
    b = (b << 15) | (b >>> 17);
  }
  a = Math.imul(a ^ (b >>> 15), 0x85ebca6b);
  b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
  a ^= b >>> 16;
  return [a, b ^ (a >>> 16)];
}
