import { usualDeviations, wilsonBounds } from "./wilson.ts";

/**
 * Hits that were checked afterwards: the only evidence of what is really served. When the upper bound of how often they
 * were wrong is above what is allowed, the boundary asks for as much more as it was mistaken: by the ratio of wrong hits
 * to those it expected. As the boundary rises it expects fewer, so an excess that stays raises it further. Until there
 * are audits, what is shipped stands for as many clean ones as just meet the target; it counts less with each that is
 * made. Of more than 2,000 audits the older count half, so that a boundary that was tightened can be loosened again.
 */

export interface Audit {
  readonly hits: number;
  readonly wrong: number;
  /** How many wrong ones the boundary allowed for. */
  readonly expected: number;
}

export const noAudit: Audit = { hits: 0, wrong: 0, expected: 0 };

const mostHits = 2_000;

/** With one more; `bound` is what the boundary relied on. */
export function withAudited({ hits, wrong, expected }: Audit, right: boolean, bound: number): Audit {
  const weight = hits < mostHits ? 1 : 0.5;
  return {
    hits: hits * weight + 1,
    wrong: wrong * weight + (right ? 0 : 1),
    expected: expected * weight + 1 - bound,
  };
}

/** By what the share of wrong hits that is allowed is to be multiplied: 1 as long as audits show no excess. */
export function tightening({ hits, wrong, expected }: Audit, allowed: number): number {
  const supposed = (usualDeviations ** 2 * (1 - allowed)) / allowed;
  const clean = (supposed * supposed) / (supposed + hits);
  const { upper } = wilsonBounds(wrong, hits + clean);
  if (upper <= allowed) return 1;
  const expectedShare = (expected + clean * allowed) / (hits + clean);
  return Math.min(allowed, expectedShare) / upper;
}

const shares = { least: 0.02, most: 0.2 };

/**
 * The share of hits to audit: a fifth of the first hundred audits' worth and while there is an excess, then ever fewer,
 * down to one of fifty, so that drift is seen.
 */
export function shareToAudit(audit: Audit, allowed: number): number {
  if (tightening(audit, allowed) < 1) return shares.most;
  return Math.min(shares.most, Math.max(shares.least, 20 / Math.max(1, audit.hits)));
}
