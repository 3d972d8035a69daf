import { createHash } from "node:crypto";
import type { Random } from "../../src/core/clock.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutated } from "./mutation.ts";
import type { ReachedSource } from "./reached-source.ts";

/**
 * Coverage-guided fuzzing: inputs that reach source which none reached before are kept, and new ones are made of those.
 * Counting costs more than a run, so it is done for a batch; only a batch that found something is run once more, input by
 * input, to learn which it was.
 */

export interface Crash {
  readonly target: string;
  /** As small as could be had with the same complaint. */
  readonly input: Uint8Array;
  readonly error: Error;
}

export interface Progress {
  readonly runs: number;
  readonly kept: readonly Uint8Array[];
  readonly reached: number;
}

const batchInputs = 64;

/** Fuzzes until `isOver` says so, or an input breaks a promise. */
export async function fuzz(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  { random, source, isOver }: { random: Random; source: ReachedSource; isOver: (progress: Progress) => boolean },
): Promise<Progress & { readonly crash: Crash | undefined }> {
  const words = (target.words ?? []).map((word) => Buffer.from(word, "utf8"));
  const kept: Uint8Array[] = [];
  let runs = 0;
  for (const input of corpus) {
    runs++;
    const error = await failureOf(target, input);
    if (error !== undefined)
      return { runs, kept, reached: source.characters, crash: await shrunk(target, input, error) };
    if (source.taken() > 0 || kept.length === 0) kept.push(input);
  }
  while (!isOver({ runs, kept, reached: source.characters })) {
    const batch = Array.from({ length: batchInputs }, () => {
      // Young inputs stand where the search is; every second draw is from them.
      const place = random.fraction() ** (random.fraction() < 0.5 ? 0.3 : 1);
      return mutated(kept[Math.floor(place * kept.length)] as Uint8Array, kept, words, random);
    });
    for (const input of batch) {
      runs++;
      const error = await failureOf(target, input);
      if (error !== undefined)
        return { runs, kept, reached: source.characters, crash: await shrunk(target, input, error) };
    }
    if (source.hasNews()) kept.push(...(await finders(target, batch, source)));
  }
  return { runs, kept, reached: source.characters, crash: undefined };
}

/** Those of a batch that reach something which none before them did: halves that reach nothing new are not looked into. */
async function finders(
  target: FuzzTarget,
  batch: readonly Uint8Array[],
  source: ReachedSource,
): Promise<readonly Uint8Array[]> {
  const [only] = batch;
  for (const input of batch) await failureOf(target, input);
  if (batch.length === 1 && only !== undefined) return source.taken() > 0 ? [only] : [];
  if (!source.hasNews()) return [];
  const half = batch.length >> 1;
  const first = await finders(target, batch.slice(0, half), source);
  return [...first, ...(await finders(target, batch.slice(half), source))];
}

/** What was thrown; `undefined` where every promise held. */
export async function failureOf(target: FuzzTarget, input: Uint8Array): Promise<Error | undefined> {
  try {
    const running = target.run(input);
    if (running !== undefined) await running;
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Takes parts away as long as the complaint stays the same. */
async function shrunk(target: FuzzTarget, input: Uint8Array, error: Error): Promise<Crash> {
  let smallest = input;
  for (let size = Math.ceil(smallest.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length; ) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      const again = await failureOf(target, shorter);
      if (again !== undefined && kindOf(again) === kindOf(error)) smallest = shorter;
      else at += size;
    }
  }
  return { target: target.name, input: smallest, error: (await failureOf(target, smallest)) ?? error };
}

function kindOf(error: Error): string {
  return `${error.constructor.name} ${error.message.replaceAll(/\d+/g, "0").slice(0, 40)}`;
}

/** The file of a crash, in `crashes/`. */
export function crashName({ target, input }: Pick<Crash, "target" | "input">): string {
  return `${target}-${createHash("sha256").update(input).digest("hex").slice(0, 12)}.bin`;
}
