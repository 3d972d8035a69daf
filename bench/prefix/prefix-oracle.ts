import type { Position } from "./providers/prompt-positions.ts";

/**
 * The least that calls can cost with a cache of prompts, for one that knows the future: every position is written exactly when
 * a later call reads it in time, and read whenever it is there. It is bound by lifetimes, by the shortest prefix that is
 * kept, and by answers having to begin, but neither by the number of marks nor by how far they look back.
 */

export interface OracleCall {
  readonly startMs: number;
  readonly beginMs: number;
  readonly positions: readonly Position[];
}

export interface OraclePrices {
  readonly write: number;
  readonly read: number;
  readonly lifetimeMs: number;
  readonly leastTokens: number;
}

interface Kept {
  usableAt: number;
  expiresAt: number;
}

/** In tokens of input at their price. `calls`: in the order in which they begin. */
export function leastBill(calls: readonly OracleCall[], prices: OraclePrices): number {
  const { write, read, lifetimeMs, leastTokens } = prices;
  const future = new Future(calls);
  const kept = new Map<string, Kept>();
  let bill = 0;
  for (const call of calls) {
    const { startMs, beginMs, positions } = call;
    const long = positions.filter(({ tokens }) => tokens >= leastTokens);
    const found = long.findLastIndex(({ digest }) => {
      const there = kept.get(digest);
      return there !== undefined && there.usableAt <= startMs && startMs <= there.expiresAt;
    });
    const wanted = long.findLastIndex(({ digest }) => {
      const readMs = future.startAfter(digest, beginMs);
      if (readMs === undefined || readMs > beginMs + lifetimeMs) return false;
      // Another call that is under way may write it as well.
      const pending = kept.get(digest);
      return pending === undefined || pending.usableAt > readMs || pending.expiresAt < readMs;
    });
    const readTokens = long[found]?.tokens ?? 0;
    const writtenTokens = Math.max(0, (long[wanted]?.tokens ?? 0) - readTokens);
    const rest = (positions.at(-1)?.tokens ?? 0) - readTokens - writtenTokens;
    bill += read * readTokens + write * writtenTokens + rest;
    for (const [place, { digest }] of long.entries()) {
      if (place <= found) (kept.get(digest) as Kept).expiresAt = startMs + lifetimeMs;
      else if (place <= wanted) kept.set(digest, { usableAt: beginMs, expiresAt: beginMs + lifetimeMs });
    }
  }
  return bill;
}

/** When prefixes will be asked for. */
class Future {
  readonly #starts = new Map<string, number[]>();

  constructor(calls: readonly OracleCall[]) {
    for (const { startMs, positions } of calls)
      for (const { digest } of positions) {
        const known = this.#starts.get(digest);
        if (known === undefined) this.#starts.set(digest, [startMs]);
        else known.push(startMs);
      }
  }

  /** The first time from `now` on. */
  startAfter(digest: string, now: number): number | undefined {
    const starts = this.#starts.get(digest) ?? [];
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] as number) < now) low = middle + 1;
      else high = middle;
    }
    return starts[low];
  }
}
