import type { PromptBlocks } from "./prompt-blocks.ts";

/**
 * One sequence of an engine that keeps each prompt in a sequence of its own (llama.cpp's slots): what it holds is the prompt
 * that it was given last, and what comes next takes the place of all of it beyond the beginning that both share.
 */
export class Slot {
  #held: Held | undefined;
  /** Calls that it has. */
  calls = 0;
  /** When it was used last, in calls of the pool; 0 for never. */
  usedAt = 0;

  /** How much it holds, in the prompt's units. */
  get size(): number {
    return this.#held?.length ?? 0;
  }

  get isEmpty(): boolean {
    return this.#held === undefined;
  }

  put({ names, blockLength, length, text }: PromptBlocks): void {
    const named = names.length * blockLength;
    const hasRest = text !== undefined && length - named < blockLength;
    this.#held = { names, length, rest: hasRest ? unitsOf(text, named) : undefined };
  }

  clear(): void {
    this.#held = undefined;
  }

  /** How much of `prompt` it has from its beginning: whole blocks, and exactly how much where all its blocks are the prompt's. */
  shared({ names, blockLength, length, text = "" }: PromptBlocks): number {
    if (this.#held === undefined) return 0;
    const { names: mine, length: size, rest } = this.#held;
    let depth = 0;
    while (depth < mine.length && mine[depth] === names[depth]) depth++;
    if (depth < mine.length) return depth * blockLength;
    // Of what is too long to be named whole nothing more is known.
    if (rest === undefined) return Math.min(size, length);
    let place = depth * blockLength;
    for (let at = 0; at < rest.length && rest[at] === text.charCodeAt(place); at++) place++;
    return place;
  }
}

interface Held {
  readonly names: readonly number[];
  readonly length: number;
  /** What follows the blocks, where it is less than one. */
  readonly rest: Uint16Array | undefined;
}

/** A copy: a part of a string would keep all of it alive. */
function unitsOf(text: string, from: number): Uint16Array {
  return Uint16Array.from({ length: text.length - from }, (_, place) => text.charCodeAt(from + place));
}
