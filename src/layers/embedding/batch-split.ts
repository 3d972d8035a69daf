import type { BatchLimits, EmbeddingInput } from "../../core/embedding-protocol.ts";

/** What of a batch the origin is asked: each missing input once, in requests that keep to the provider's limits. */

/** The first position of each slot that is in `wanted`, in the order of the batch. */
export function firstPositions(slots: readonly string[], wanted: (position: number) => boolean): readonly number[] {
  const seen = new Set<string>();
  const positions: number[] = [];
  for (const [position, slot] of slots.entries()) {
    if (seen.has(slot) || !wanted(position)) continue;
    seen.add(slot);
    positions.push(position);
  }
  return positions;
}

/** Cuts `positions` into runs within the limits. A single input that is too heavy is the provider's to refuse. */
export function cutByLimits(
  positions: readonly number[],
  inputs: readonly Pick<EmbeddingInput, "weight">[],
  limits: BatchLimits,
): readonly (readonly number[])[] {
  const runs: number[][] = [];
  let run: number[] = [];
  let weight = 0;
  for (const position of positions) {
    const own = inputs[position]?.weight ?? 0;
    if (run.length > 0 && (run.length >= limits.inputs || weight + own > limits.weight)) {
      runs.push(run);
      run = [];
      weight = 0;
    }
    run.push(position);
    weight += own;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/**
 * The tokens of each input, when the provider counts only those of all together: an array of tokens has its length, and
 * the rest is shared out by weight, by the method of largest remainders, so that the shares add up exactly.
 */
export function shareTokens(
  total: number | undefined,
  inputs: readonly Pick<EmbeddingInput, "weight" | "tokens">[],
): readonly (number | undefined)[] {
  const own = inputs.map((input) => input.tokens);
  if (total === undefined) return own;
  const open = inputs.flatMap((input, index) => (input.tokens === undefined ? [index] : []));
  const left = Math.max(0, total - own.reduce<number>((sum, tokens) => sum + (tokens ?? 0), 0));
  const weights = open.map((index) => inputs[index]?.weight ?? 0);
  const weight = weights.reduce((sum, own) => sum + own, 0);
  // Inputs that all weigh nothing share alike.
  const exact = weights.map((own) => (weight === 0 ? left / open.length : (left * own) / weight));
  const shares = exact.map(Math.floor);
  let rest = left - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => remainder(exact[b]) - remainder(exact[a]));
  for (const place of byRemainder) {
    if (rest === 0) break;
    shares[place] = (shares[place] as number) + 1;
    rest--;
  }
  open.forEach((index, place) => {
    own[index] = shares[place];
  });
  return own;
}

function remainder(value: number | undefined): number {
  return value === undefined ? 0 : value - Math.floor(value);
}
