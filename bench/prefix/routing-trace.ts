import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Arrival } from "./routing-simulation.ts";

/** The arrivals of the Mooncake conversation trace: prompts as ids of their blocks of 512 tokens. */

interface Recorded {
  readonly timestamp: number;
  readonly input_length: number;
  readonly output_length: number;
  readonly hash_ids: readonly number[];
}

const blockTokens = 512;
/** Its times are rounded down to these. */
const quantumMs = 3_000;

export function readArrivals(path: string, seed: number): readonly Arrival[] {
  const chance = chanceOf(seed);
  const lines = gunzipSync(readFileSync(path)).toString("utf8").split("\n").filter(Boolean);
  const arrivals = lines.map((line): Arrival => {
    const { timestamp, input_length, output_length, hash_ids } = JSON.parse(line) as Recorded;
    return {
      // Spread over the time they may have come at: as they stand they would all come at once.
      atMs: timestamp + chance() * quantumMs,
      prompt: { names: hash_ids, blockLength: blockTokens, length: input_length },
      outputTokens: output_length,
    };
  });
  return arrivals.sort((a, b) => a.atMs - b.atMs);
}

/** The same calls, `load` times as fast. */
export function hurried(arrivals: readonly Arrival[], load: number): readonly Arrival[] {
  return arrivals.map((arrival) => ({ ...arrival, atMs: arrival.atMs / load }));
}

/** Even numbers from 0 to 1 (a linear congruential generator, Knuth's constants of MMIX). */
export function chanceOf(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
}
