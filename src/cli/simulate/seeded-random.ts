import type { Random } from "../../core/clock.ts";

/** The same numbers in every run, so that a simulation of the same log gives the same figures (mulberry32). */
export function seededRandom(seed = 1): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)), fraction: next };
}
