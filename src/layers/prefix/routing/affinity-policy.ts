import { PeerLoads, type ReplicaBacklog } from "./peer-loads.ts";
import { PrefixIndex } from "./prefix-index.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";
import { ReplicaLoad, usualSpeed } from "./replica-load.ts";
import type { Choice, Dispatched, RoutingPolicy } from "./routing-policy.ts";

/**
 * To the replica that is likely to answer first. Until a first token is there, a replica has to compute what its cache
 * lacks of all prompts that wait before this one, and of this one: the estimate is the sum of both, over how fast the
 * replica computes. What this call leaves to compute also delays the calls behind it and takes the place of what the
 * replica holds, so it counts more than once (`externality`). Of those that are as good the one with the fewest calls is
 * chosen, and then the one that was given the fewest new prompts. In simulations over a public trace the rule beat
 * matching alone and matching with load thresholds, which pile calls onto the warm replica (`npm run bench -- prefix`).
 *
 * What waits is known without asking: what was sent there and has not begun to answer. What replicas have cached is
 * supposed (`PrefixIndex`) and corrected by what they report.
 */

export interface AffinityOptions {
  readonly replicas: number;
  /** Blocks that a replica is supposed to hold at first; rather too many than too few. */
  readonly capacity: number;
  /** How much what a call computes counts for those behind it. Default 2. */
  readonly externality?: number;
  /** Distorts what is known of the queue of a replica; for simulations. */
  readonly distort?: (queued: number, replica: number) => number;
}

class Load extends ReplicaLoad {
  /** Units that were new to it so far. */
  fresh = 0;
  /** Calls in a row that lacked what was used lately. */
  strikes = 0;
  /** Blocks that were new to it, and tokens that its engine says to have stored, of late. */
  newBlocks = 0;
  storedTokens = 0;
  /** Blocks that it holds at most, where its engine has told. */
  most: number | undefined;
}

/** Estimates that differ by less than this share of the prompt are the same. */
const alike = 0.02;
/** A block of such an age that was there shows that the replica may hold more than is supposed, and by how much then. */
const oldShare = 0.8;
const growth = 1.02;
/** What an engine tells of its capacity counts when it has stored this share of it since one began to listen. */
const enoughStored = 0.25;
/** And moves what is supposed by so much each time. */
const weightOfTold = 0.1;
/** One that was not there shows that it holds less; the supposed capacity shrinks to the block's age, but slowly. */
const shrinkage = 0.9;
/** But a block that is younger than this, and not there, was lost with all others: the replica may have begun anew. */
const youngShare = 0.4;
/** So many such in a row show that it has. */
const mostStrikes = 3;

export class AffinityPolicy implements RoutingPolicy {
  readonly name = "affinity";
  readonly #index: PrefixIndex;
  readonly #loads: Load[];
  readonly #externality: number;
  readonly #capacity: number;
  readonly #distort: (queued: number, replica: number) => number;
  readonly #peers = new PeerLoads();
  /** Of the replicas in the decision that is made. */
  readonly #costs: Float64Array;

  constructor({ replicas, capacity, externality = 2, distort = (queued) => queued }: AffinityOptions) {
    this.#index = new PrefixIndex({ replicas, capacity });
    this.#costs = new Float64Array(replicas);
    this.#loads = Array.from({ length: replicas }, () => new Load());
    this.#externality = externality;
    this.#capacity = capacity;
    this.#distort = distort;
  }

  choose({ names, blockLength, length }: PromptBlocks, eligible: readonly number[], nowMs: number): Choice {
    const depths = this.#index.match(names);
    const usual = usualSpeed(this.#loads, eligible);
    const costs = this.#costs;
    let least = Number.POSITIVE_INFINITY;
    for (const replica of eligible) {
      const { queue, speed = usual } = this.#loads[replica] as Load;
      const lacking = Math.max(0, length - (depths[replica] as number) * blockLength);
      const waiting = this.#distort(queue.left(nowMs, speed), replica) + this.#peers.queued(replica, nowMs);
      const cost = (waiting + (1 + this.#externality) * lacking) / (speed ?? 1);
      costs[replica] = cost;
      least = Math.min(least, cost);
    }
    const most = least + (alike * length) / (usual ?? 1);
    let replica: number | undefined;
    for (const one of eligible)
      if ((costs[one] as number) <= most && (replica === undefined || this.#isFreer(one, replica, nowMs)))
        replica = one;
    replica ??= eligible[0] as number;
    return { replica, expected: Math.min(length, (depths[replica] as number) * blockLength) };
  }

  /** What waits there from calls that were sent here, for others to add to their own. */
  backlog(replica: number, nowMs: number): ReplicaBacklog {
    const { queue, speed, inFlight } = this.#loads[replica] as Load;
    return { queued: queue.left(nowMs, speed), inFlight };
  }

  /** Another gateway before the same replicas has told what it has there, by their index. */
  hear(peer: string, backlogs: readonly (ReplicaBacklog | undefined)[], nowMs: number): void {
    this.#peers.hear(peer, backlogs, nowMs);
  }

  /** Another gateway has sent a prompt with these blocks there. */
  heardPlaced(replica: number, names: readonly number[]): void {
    this.#put(replica, names);
  }

  /** The engine tells that it has stored so many tokens, of prompts and answers, whoever asked for them. */
  engineStored(replica: number, tokens: number): void {
    (this.#loads[replica] as Load).storedTokens += tokens;
  }

  /**
   * It tells that it is full, with so many tokens. How many blocks that makes of those that are known here: as many as were
   * new for what it has stored. So the length of a token, answers, and calls that came by other ways are all reckoned with.
   */
  engineFull(replica: number, tokens: number): void {
    const load = this.#loads[replica] as Load;
    if (load.storedTokens < enoughStored * tokens || load.newBlocks === 0) return;
    const blocks = (tokens * load.newBlocks) / load.storedTokens;
    const supposed = load.most ?? blocks;
    load.most = supposed + weightOfTold * (blocks - supposed);
    this.#index.setCapacity(replica, load.most);
    if (load.storedTokens < tokens) return;
    load.storedTokens /= 2;
    load.newBlocks /= 2;
  }

  #put(replica: number, names: readonly number[]): readonly (number | undefined)[] {
    const ages = this.#index.put(replica, names);
    const load = this.#loads[replica] as Load;
    for (const age of ages) if (age === undefined) load.newBlocks++;
    return ages;
  }

  #isFreer(one: number, other: number, nowMs: number): boolean {
    const [mine, theirs] = [this.#loads[one] as Load, this.#loads[other] as Load];
    const more =
      mine.inFlight - theirs.inFlight + this.#peers.inFlight(one, nowMs) - this.#peers.inFlight(other, nowMs);
    if (more !== 0) return more < 0;
    return mine.fresh < theirs.fresh;
  }

  dispatch({ names, blockLength, length }: PromptBlocks, { replica, expected }: Choice, nowMs: number): Dispatched {
    const load = this.#loads[replica] as Load;
    const { begun, ended, computed } = load.add(length - expected, nowMs);
    load.fresh += length - expected;
    const ages = this.#put(replica, names);
    let isTold = false;
    return {
      begun,
      ended,
      told: (cached) => {
        if (isTold || !(cached >= 0 && cached <= length)) return;
        isTold = true;
        computed(length - cached, blockLength);
        this.#reported(replica, names, ages, Math.floor(expected / blockLength), Math.floor(cached / blockLength));
      },
    };
  }

  /** Its cache is empty, and may be another one: what its engine told of the one before counts no longer. */
  forget(replica: number): void {
    this.#index.clear(replica);
    const load = this.#loads[replica] as Load;
    load.newBlocks = 0;
    load.storedTokens = 0;
    load.most = undefined;
  }

  /** `expected` and `found` in blocks. What was lacking the replica has computed by now. */
  #reported(
    replica: number,
    names: readonly number[],
    ages: readonly (number | undefined)[],
    expected: number,
    found: number,
  ): void {
    if (expected === 0) return;
    const index = this.#index;
    const load = this.#loads[replica] as Load;
    const capacity = index.capacityOf(replica);
    if (found >= expected) {
      load.strikes = 0;
      const isOld = (ages[expected - 1] ?? 0) > oldShare * capacity;
      if (isOld) index.setCapacity(replica, Math.min(load.most ?? this.#capacity, capacity * growth));
      return;
    }
    const age = ages[found] ?? 0;
    if (age > youngShare * capacity) {
      load.strikes = 0;
      index.setCapacity(replica, Math.min(capacity, Math.max(names.length, age, capacity * shrinkage)));
    } else if (++load.strikes >= mostStrikes) {
      load.strikes = 0;
      index.clear(replica);
      index.put(replica, names);
      // Or it holds far less.
      index.setCapacity(replica, Math.max(names.length, capacity * shrinkage));
    }
  }
}
