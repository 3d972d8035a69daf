/**
 * When an entry may answer (RFC 9111 sections 4.2 and 5.2.1, RFC 5861). Instants are absolute and fixed when the
 * entry is written; `createdAt` is taken before the origin is called, so time spent computing counts as age.
 *
 *   createdAt ──ttl──► staleAt ──staleWhileRevalidate──► revalidateUntil
 *                        └───────staleIfError──────────► errorUntil          deleteAt = the later of the two
 */

export interface Lifetime {
  readonly createdAt: number;
  readonly staleAt: number;
  readonly revalidateUntil: number;
  readonly errorUntil: number;
  readonly deleteAt: number;
}

export interface FreshnessWish {
  readonly maxAgeMs: number | undefined;
  readonly maxStaleMs: number | undefined;
  readonly minFreshMs: number | undefined;
}

export type Freshness =
  | { readonly state: "fresh" }
  | { readonly state: "stale"; readonly why: "swr" | "max_stale" }
  /** May answer only if the origin fails. */
  | { readonly state: "reserve"; readonly reason: "expired" }
  | { readonly state: "dead"; readonly reason: "expired" | "max_age" | "min_fresh" };

/** What was written further in the future than this was stamped by a clock that cannot be trusted. */
export const clockSkewToleranceMs = 5 * 60_000;

/** Whether who noted that instant had a clock that has been set back since, or one that is wrong. */
export function isFromAhead(instant: number, now: number): boolean {
  return instant - now > clockSkewToleranceMs;
}

export function lifetimeOf(
  createdAt: number,
  ttlMs: number,
  staleWhileRevalidateMs: number,
  staleIfErrorMs: number,
): Lifetime {
  const staleAt = createdAt + ttlMs;
  const revalidateUntil = staleAt + staleWhileRevalidateMs;
  const errorUntil = staleAt + staleIfErrorMs;
  return { createdAt, staleAt, revalidateUntil, errorUntil, deleteAt: Math.max(revalidateUntil, errorUntil) };
}

/** Never negative, also when another node's clock is ahead. */
export function ageOf(lifetime: Lifetime, now: number): number {
  return Math.max(0, now - lifetime.createdAt);
}

const fresh: Freshness = { state: "fresh" };

/**
 * `max-age` and `max-stale` also bound what is served while it is refreshed: who states an age does not want a stale
 * answer unless `max-stale` says how stale (RFC 9111 section 5.2.1.1). What is too old for the caller is not for it
 * either when the origin fails.
 */
export function judgeFreshness(lifetime: Lifetime, now: number, wish: FreshnessWish): Freshness {
  if (now >= lifetime.deleteAt || isFromAhead(lifetime.createdAt, now)) return { state: "dead", reason: "expired" };
  const asked = judgeWish(lifetime, now, wish);
  if (asked !== undefined) return { state: "dead", reason: asked };
  if (now < lifetime.staleAt) return fresh;
  const withinMaxStale = wish.maxStaleMs !== undefined && now - lifetime.staleAt <= wish.maxStaleMs;
  if (withinMaxStale || (wish.maxStaleMs === undefined && wish.maxAgeMs === undefined)) {
    if (now < lifetime.revalidateUntil) return { state: "stale", why: "swr" };
    if (withinMaxStale) return { state: "stale", why: "max_stale" };
  }
  return { state: now < lifetime.errorUntil ? "reserve" : "dead", reason: "expired" };
}

function judgeWish(lifetime: Lifetime, now: number, wish: FreshnessWish): "max_age" | "min_fresh" | undefined {
  if (wish.maxAgeMs !== undefined && ageOf(lifetime, now) > wish.maxAgeMs) return "max_age";
  if (wish.minFreshMs !== undefined && lifetime.staleAt - now < wish.minFreshMs) return "min_fresh";
  return undefined;
}
