import type { MarkablePart } from "../../../core/cache-marks.ts";
import { contentDigest } from "../../../core/fingerprint.ts";

/** What a call has in common with others as far as a cache of prompts goes: which beginnings it writes, and which it can read. */

export interface PrefixPoint {
  /** Of everything up to its end, and of who may share it. */
  readonly digest: string;
  /** Estimated. */
  readonly tokens: number;
}

/** Points are in ascending order. */
export interface SharedStart {
  readonly written: readonly PrefixPoint[];
  readonly read: readonly PrefixPoint[];
  /** Shorter ones are not kept. */
  readonly leastTokens: number;
  /** How long what was written can be read. */
  readonly lifetimeMs: number;
  readonly mostWaitMs: number;
}

type Part = Pick<MarkablePart, "text">;

/** Characters of a token: those of English, and some for the JSON around it. Counts are estimates, so a little less will do. */
const lengthOfToken = 4;
const margin = 0.9;

export interface SharingRules {
  readonly leastTokens: number;
  readonly lifetimeMs: number;
  readonly mostWaitMs: number;
}

/** Of a cache that keeps every beginning. `seed`: who may share it. */
export function sharedEverywhere(parts: readonly Part[], seed: string, rules: SharingRules): SharedStart | undefined {
  const points = pointsOf(parts, seed, rules);
  return points.length === 0
    ? undefined
    : { ...rules, leastTokens: margin * rules.leastTokens, written: points, read: points };
}

/** Of a cache that keeps what ends at a mark, and finds at a mark what was kept up to `lookBack` parts before it. */
export function sharedAtMarks(
  parts: readonly Part[],
  ends: readonly number[],
  lookBack: number,
  seed: string,
  rules: SharingRules,
): SharedStart | undefined {
  const points = pointsOf(parts, seed, rules);
  const [isWritten, isRead] = [new Set<number>(), new Set<number>()];
  for (const end of ends) {
    isWritten.add(end);
    for (let place = Math.max(0, end - lookBack + 1); place <= end; place++) isRead.add(place);
  }
  const written = points.filter(({ place }) => isWritten.has(place));
  if (written.length === 0) return undefined;
  return {
    ...rules,
    leastTokens: margin * rules.leastTokens,
    written,
    read: points.filter(({ place }) => isRead.has(place)),
  };
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
