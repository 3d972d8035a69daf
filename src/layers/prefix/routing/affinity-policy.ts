import { PrefixIndex } from "./prefix-index.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";
import type { Choice, Dispatched, RoutingPolicy } from "./routing-policy.ts";

/**
 * To the replica that is likely to answer first. Until a first token is there, a replica has to compute what its cache
 * lacks of all prompts that wait before this one, and of this one: the estimate is the sum of both, over how fast the
 * replica computes. What this call leaves to compute also delays the calls behind it, so it counts a little more than
 * once (`externality`). Ties go to who has the fewest calls. In simulations over a public trace the rule beat matching
 * alone and matching with load thresholds, which pile calls onto the warm replica (docs/prefix-routing.md).
 *
 * What waits is known without asking: what was sent there and has not begun to answer. What replicas have cached is
 * supposed (`PrefixIndex`) and corrected by what they report.
 */

export interface AffinityOptions {
  readonly replicas: number;
  /** Blocks that a replica is supposed to hold at first; rather too many than too few. */
  readonly capacity: number;
  /** How much what a call computes counts for those behind it. Default 0.75. */
  readonly externality?: number;
  /** Distorts what is known of the queue of a replica; for simulations. */
  readonly distort?: (queued: number, replica: number) => number;
}

interface Load {
  /** Sent there, not begun, and not in its cache as far as is known. */
  queued: number;
  inFlight: number;
  /** Calls that have not begun. */
  waiting: number;
  /** Units a millisecond; `undefined` until one was measured. */
  speed: number | undefined;
  /** Calls in a row that found nothing where something was supposed. */
  strikes: number;
}

/** A reply that tells less than this share of what was supposed is a correction. */
const tolerated = 0.98;
/** With each correction the supposed capacity comes so much nearer to what is held. */
const shrinkage = 0.98;
/** And with each call that had what it was supposed to have it grows a little, up to where it began. */
const growth = 1.001;
/** So many calls in a row that found nothing show that a replica began anew. */
const mostStrikes = 3;
/** Weight of the latest measurement of speed. */
const latest = 0.1;

export class AffinityPolicy implements RoutingPolicy {
  readonly name = "affinity";
  readonly #index: PrefixIndex;
  readonly #loads: Load[];
  readonly #externality: number;
  readonly #capacity: number;
  readonly #distort: (queued: number, replica: number) => number;

  constructor({ replicas, capacity, externality = 0.75, distort = (queued) => queued }: AffinityOptions) {
    this.#index = new PrefixIndex({ replicas, capacity });
    this.#loads = Array.from({ length: replicas }, () => ({
      queued: 0,
      inFlight: 0,
      waiting: 0,
      speed: undefined,
      strikes: 0,
    }));
    this.#externality = externality;
    this.#capacity = capacity;
    this.#distort = distort;
  }

  choose({ names, blockLength, length }: PromptBlocks, eligible: readonly number[]): Choice {
    const depths = this.#index.match(names);
    const usual = this.#usualSpeed(eligible);
    let best = eligible[0] as number;
    let [leastCost, leastInFlight] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const replica of eligible) {
      const { queued, inFlight, speed = usual } = this.#loads[replica] as Load;
      const lacking = length - (depths[replica] as number) * blockLength;
      const cost = (this.#distort(queued, replica) + (1 + this.#externality) * lacking) / speed;
      if (cost > leastCost || (cost === leastCost && inFlight >= leastInFlight)) continue;
      [best, leastCost, leastInFlight] = [replica, cost, inFlight];
    }
    return { replica: best, expected: (depths[best] as number) * blockLength };
  }

  dispatch({ names, blockLength, length }: PromptBlocks, { replica, expected }: Choice): Dispatched {
    const load = this.#loads[replica] as Load;
    const lacking = length - expected;
    const wasIdle = load.waiting === 0;
    load.queued += lacking;
    load.waiting++;
    load.inFlight++;
    this.#index.put(replica, names);
    let [isBegun, isEnded] = [false, false];
    const begun = (afterMs: number | undefined): void => {
      if (isBegun) return;
      isBegun = true;
      load.waiting--;
      // What adds up to nothing must not leave a rest of rounding.
      load.queued = load.waiting === 0 ? 0 : load.queued - lacking;
      if (afterMs !== undefined && wasIdle && lacking >= blockLength)
        this.#measured(load, lacking / Math.max(1, afterMs));
    };
    return {
      begun,
      ended: (cached) => {
        begun(undefined);
        if (isEnded) return;
        isEnded = true;
        load.inFlight--;
        if (cached !== undefined && Number.isFinite(cached))
          this.#reported(replica, names, expected, cached, blockLength);
      },
    };
  }

  forget(replica: number): void {
    this.#index.clear(replica);
  }

  /** What a replica lacked of a prompt it has now computed; but it shows that it holds less than supposed. */
  #reported(replica: number, names: readonly number[], expected: number, cached: number, blockLength: number): void {
    const index = this.#index;
    const load = this.#loads[replica] as Load;
    if (cached >= expected * tolerated) {
      if (expected > 0) load.strikes = 0;
      index.setCapacity(replica, Math.min(this.#capacity, index.capacityOf(replica) * growth));
      return;
    }
    const least = Math.max(index.sizeOf(replica) * shrinkage, names.length);
    index.setCapacity(replica, Math.min(index.capacityOf(replica), least));
    if (cached >= blockLength) {
      load.strikes = 0;
    } else if (++load.strikes >= mostStrikes) {
      load.strikes = 0;
      index.clear(replica);
      index.put(replica, names);
      index.setCapacity(replica, this.#capacity);
    }
  }

  #measured(load: Load, speed: number): void {
    load.speed = load.speed === undefined ? speed : load.speed + (speed - load.speed) * latest;
  }

  /** Where nothing was measured a replica is supposed to be as fast as the others. */
  #usualSpeed(eligible: readonly number[]): number {
    let [sum, count] = [0, 0];
    for (const replica of eligible) {
      const { speed } = this.#loads[replica] as Load;
      if (speed === undefined) continue;
      sum += speed;
      count++;
    }
    return count === 0 ? 1 : sum / count;
  }
}
