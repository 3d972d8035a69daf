import type { MarkablePart } from "../../../core/cache-marks.ts";
import { contentDigest } from "../../../core/fingerprint.ts";

/** What a call has in common with others as far as a cache of prompts goes: which beginnings it writes, and which it can read. */

export interface PrefixPoint {
  /** Of everything up to its end, and of who may share it. */
  readonly digest: string;
  /** Estimated. */
  readonly tokens: number;
}

export interface WrittenPoint extends PrefixPoint {
  /** How long it can be read. */
  readonly lifetimeMs: number;
}

/** Points are in ascending order. */
export interface SharedStart {
  readonly written: readonly WrittenPoint[];
  readonly read: readonly PrefixPoint[];
  /** Shorter ones are not kept. */
  readonly leastTokens: number;
  readonly mostWaitMs: number;
}

type Part = Pick<MarkablePart, "text">;

/** Characters of a token: those of English, and some for the JSON around it. Counts are estimates, so a little less will do. */
const lengthOfToken = 4;
const margin = 0.9;

export interface SharingRules {
  readonly leastTokens: number;
  readonly lifetimeMs: number;
  /** Of what is marked so; default the usual one. */
  readonly longLifetimeMs?: number | undefined;
  readonly mostWaitMs: number;
}

/** Of a cache that keeps every beginning. `seed`: who may share it. */
export function sharedEverywhere(parts: readonly Part[], seed: string, rules: SharingRules): SharedStart | undefined {
  const read = pointsOf(parts, seed, rules);
  if (read.length === 0) return undefined;
  const { lifetimeMs } = rules;
  return startOf(
    rules,
    read,
    read.map((point) => ({ ...point, lifetimeMs })),
  );
}

/** A mark on a part. */
export interface PlacedMark {
  readonly place: number;
  /** It asks for the longer lifetime. */
  readonly isLong: boolean;
}

/** Of a cache that keeps what ends at a mark, and finds at a mark what was kept up to `lookBack` parts before it. */
export function sharedAtMarks(
  parts: readonly Part[],
  marks: readonly PlacedMark[],
  lookBack: number,
  seed: string,
  rules: SharingRules,
): SharedStart | undefined {
  const points = pointsOf(parts, seed, rules);
  const lifetimes = new Map<number, number>();
  const isRead = new Set<number>();
  for (const { place: end, isLong } of marks) {
    lifetimes.set(end, (isLong ? rules.longLifetimeMs : undefined) ?? rules.lifetimeMs);
    for (let place = Math.max(0, end - lookBack + 1); place <= end; place++) isRead.add(place);
  }
  const written = points.flatMap((point) => {
    const lifetimeMs = lifetimes.get(point.place);
    return lifetimeMs === undefined ? [] : [{ ...point, lifetimeMs }];
  });
  if (written.length === 0) return undefined;
  return startOf(
    rules,
    points.filter(({ place }) => isRead.has(place)),
    written,
  );
}

function startOf(
  { leastTokens, mostWaitMs }: SharingRules,
  read: readonly PrefixPoint[],
  written: readonly WrittenPoint[],
): SharedStart {
  return { written, read, leastTokens: margin * leastTokens, mostWaitMs };
}

/** The long beginnings, each up to the end of a part. */
function pointsOf(
  parts: readonly Part[],
  seed: string,
  { leastTokens }: SharingRules,
): readonly (PrefixPoint & { readonly place: number })[] {
  let digest = seed;
  let length = 0;
  return parts.flatMap(({ text }, place) => {
    digest = contentDigest(`${digest}${text.length}:${text}`);
    length += text.length;
    const tokens = length / lengthOfToken;
    return tokens >= margin * leastTokens ? [{ digest, tokens, place }] : [];
  });
}
