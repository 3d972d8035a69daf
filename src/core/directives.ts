/**
 * What one request asks of the cache. Read from headers by `policy/directives`; a library call may build its own from
 * `defaultDirectives`.
 *
 * These hold for every value: `noStore` excludes `read` and `write`; `refresh` implies `write` and excludes `read`.
 */

export const layerNames = Object.freeze(["exact", "semantic", "embedding", "prefix", "edge"] as const);
export type LayerName = (typeof layerNames)[number];

export interface Directives {
  /** A stored answer may be served. */
  readonly read: boolean;
  /** The answer may be stored. */
  readonly write: boolean;
  /** No layer reads or writes anything, and the call never joins another in flight. */
  readonly noStore: boolean;
  /** Fetch, then store: replace what is stored. */
  readonly refresh: boolean;
  /** Never call the origin; a miss is a 504. */
  readonly onlyIfCached: boolean;
  /** Serve nothing older than this. */
  readonly maxAgeMs: number | undefined;
  /** Serve what has been stale for no longer than this; `Infinity` for any time. */
  readonly maxStaleMs: number | undefined;
  /** Serve only what stays fresh for this long. */
  readonly minFreshMs: number | undefined;
  /** How long the answer should be kept; policy clamps it. Zero comes with `write: false`. */
  readonly ttlMs: number | undefined;
  /** Only these layers; `undefined` for all that policy allows. */
  readonly layers: ReadonlySet<LayerName> | undefined;
  /** Similarity from 0 to 1 that the semantic layer must reach; can only raise the configured one. */
  readonly threshold: number | undefined;
  /** Partition inside the tenant; empty for the default one. */
  readonly namespace: string;
  /** Version label; empty for none. */
  readonly version: string;
  /** Sorted, without duplicates. */
  readonly tags: readonly string[];
  /** Which of several kept answers. */
  readonly variant: number | undefined;
  /** The user within the tenant. */
  readonly user: string | undefined;
}

/** A request that asks for nothing in particular. */
export const defaultDirectives: Directives = Object.freeze({
  read: true,
  write: true,
  noStore: false,
  refresh: false,
  onlyIfCached: false,
  maxAgeMs: undefined,
  maxStaleMs: undefined,
  minFreshMs: undefined,
  ttlMs: undefined,
  layers: undefined,
  threshold: undefined,
  namespace: "",
  version: "",
  tags: Object.freeze([]),
  variant: undefined,
  user: undefined,
});

export const mostTags = 50;
export const tagsRule = "a list of tags, each 1 to 64 of the characters a-z 0-9 : . _ -";

export function isTag(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9:._-]{1,64}$/.test(value);
}

/** With these tags besides its own. */
export function taggedWith(directives: Directives, tags: readonly string[]): Directives {
  if (tags.every((tag) => directives.tags.includes(tag))) return directives;
  return Object.freeze({ ...directives, tags: Object.freeze([...new Set([...directives.tags, ...tags])].sort()) });
}

/** Lower-case names of the request headers that speak to the cache and are not sent to the origin. */
export const directiveHeaders: readonly string[] = Object.freeze([
  "cache-control",
  "pragma",
  "x-ai-cache",
  "x-ai-cache-ttl",
  "x-ai-cache-layers",
  "x-ai-cache-threshold",
  "x-ai-cache-namespace",
  "x-ai-cache-version",
  "x-ai-cache-tags",
  "x-ai-cache-variant",
  "x-ai-user",
  "x-ai-prompt",
]);

/** Whether a header (lower-case name) is ours to strip: those of `directiveHeaders` and all others named `x-ai-cache-...`. */
export function isDirectiveHeader(name: string): boolean {
  return name.startsWith("x-ai-cache") || directiveHeaders.includes(name);
}
