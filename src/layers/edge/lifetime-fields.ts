/**
 * How long caches may keep an answer that is for everybody (RFC 9111, RFC 5861), or that whoever has its URL may see.
 * `Cache-Control` is what is safe in every cache, those of browsers included, which nobody can tell to forget. The others
 * only widen it, for caches that can be told (RFC 9213; Surrogate-Control is Fastly's and older): one that does not know
 * them keeps the answer for a shorter time, and never for a longer one.
 */

export interface EdgeLifetime {
  /** Whether any cache may keep it, or only the browser's and those that are told by a field of their own. */
  readonly isPublic: boolean;
  /** In caches that nobody can tell to forget. */
  readonly maxAgeMs: number;
  /** Whether there are caches that are told to forget; for nobody the lifetime is not widened. */
  readonly isTold: boolean;
  /** In those that can be told. */
  readonly sharedMaxAgeMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}

/** `purge`: the caches in front that the configuration names. */
export function isAnyTold(purge: Readonly<Record<string, unknown>>): boolean {
  for (const _ in purge) return true;
  return false;
}

export function lifetimeFields(lifetime: EdgeLifetime) {
  const own = Math.min(lifetime.maxAgeMs, lifetime.sharedMaxAgeMs);
  const shared = directives(lifetime.sharedMaxAgeMs, lifetime);
  return {
    "cache-control": `${lifetime.isPublic ? "public" : "private"}, ${directives(own, lifetime)}`,
    ...(lifetime.isTold && { "cdn-cache-control": shared, "surrogate-control": shared }),
  };
}

/** In whole seconds, never more than it is. What is stale for no time is not spoken of. */
function directives(maxAgeMs: number, { staleWhileRevalidateMs, staleIfErrorMs }: EdgeLifetime): string {
  return [
    `max-age=${seconds(maxAgeMs)}`,
    ...(seconds(staleWhileRevalidateMs) > 0 ? [`stale-while-revalidate=${seconds(staleWhileRevalidateMs)}`] : []),
    ...(seconds(staleIfErrorMs) > 0 ? [`stale-if-error=${seconds(staleIfErrorMs)}`] : []),
  ].join(", ");
}

/** RFC 9111 section 1.2.2: more than this need not be understood. */
const greatest = 2 ** 31 - 1;

function seconds(ms: number): number {
  return Math.min(Math.max(0, Math.floor(ms / 1_000)), greatest);
}
