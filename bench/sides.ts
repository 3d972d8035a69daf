import { type Child, measuredCore, startNode } from "./child-process.ts";
import { interleave } from "./interleave.ts";

/** The sides of a benchmark that runs in process, by name: each prepares itself, then measures as often as it is asked. */
export type Sides = Readonly<Record<string, () => Promise<Sample>>>;

/** Works for about `budgetMs`; returns nanoseconds an operation. */
export type Sample = (budgetMs: number) => Promise<number>;

const script = new URL("./side-process.ts", import.meta.url).pathname;

/** Each side in a process of its own, one after the other, round by round. `file`: the module that exports `sides`. */
export async function compareSides(
  file: string,
  names: readonly string[],
  { rounds, sampleMs }: { readonly rounds: number; readonly sampleMs: number },
): Promise<Record<string, number[]>> {
  const children: Child[] = [];
  try {
    const samplers: Record<string, () => Promise<number>> = {};
    for (const name of names) {
      const child = startNode(script, [file, name], { core: measuredCore });
      children.push(child);
      await child.says(/^ready$/m);
      samplers[name] = () => child.ask<number>(sampleMs);
    }
    return await interleave(samplers, { rounds });
  } finally {
    await Promise.all(children.map((child) => child.stop(1_000)));
  }
}

/** Measures `operation`, called with 0, 1, 2 ..., in batches so that the clock is not part of it. `before` is not counted. */
export function timed(
  operation: (index: number) => unknown,
  options: { readonly batch?: number; readonly before?: (batch: number) => void } = {},
): Sample {
  const { batch = 1_000, before } = options;
  let index = 0;
  return async (budgetMs) => {
    const until = performance.now() + budgetMs;
    const batches: number[] = [];
    do {
      before?.(batch);
      const startedAt = performance.now();
      for (let left = batch; left > 0; left--) {
        const result = operation(index++);
        if (result instanceof Promise) await result;
      }
      batches.push(performance.now() - startedAt);
    } while (performance.now() < until);
    // The median batch: a pause of the collector or of the machine is not what an operation costs.
    batches.sort((one, other) => one - other);
    return ((batches[batches.length >> 1] as number) * 1e6) / batch;
  };
}
