/** What is fuzzed: a reader of bytes from outside, and what must hold whatever they are. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs to begin with; those of `corpus/` come on top. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Words that inputs of this kind are made of, put in where chance alone would never write them. */
  readonly words?: readonly string[];
  /** How many inputs the tests make, where each takes its time; else what is usual. */
  readonly runsInTests?: number;
  /** Throws where a promise is broken. An error that the reader is to give for such an input is no break. */
  readonly run: (input: Uint8Array) => void | Promise<void>;
}

/** Fails the input: what is said here is what was promised. */
export function promise(isKept: boolean, what: string): asserts isKept {
  if (!isKept) throw new BrokenPromiseError(what);
}

export class BrokenPromiseError extends Error {}

/** What `read` gives; `undefined` where it throws one of `expected`, whose very class it must be. */
export function refusedOr<T>(read: () => T, ...expected: readonly (new (...args: never[]) => Error)[]): T | undefined {
  try {
    return read();
  } catch (error) {
    if (expected.some((kind) => (error as Error).constructor === kind)) return undefined;
    throw error;
  }
}

export function textOf(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString("utf8");
}

/** The bytes in pieces. Where they are cut is told by `by`: any numbers will do. */
export function cutUp(bytes: Uint8Array, by: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const length = by.length === 0 ? bytes.length : 1 + ((by[turn % by.length] as number) % 17);
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}
