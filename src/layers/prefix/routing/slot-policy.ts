import type { PromptBlocks } from "./prompt-blocks.ts";
import { ReplicaLoad, usualSpeed } from "./replica-load.ts";
import type { Choice, Dispatched, RoutingPolicy } from "./routing-policy.ts";
import { Slot } from "./slot.ts";

/**
 * For engines whose sequences are exclusive (llama.cpp's slots; `tools/server/README.md`, `id_slot`): a conversation that is
 * continued in the slot which holds it computes only what is new, but a prompt that goes to a slot merely because both begin
 * alike wipes out the conversation that was there, which is computed anew when it goes on.
 *
 * So a slot is continued only if nearly all that it holds begins the prompt. Else an empty slot is taken, and when there is
 * none the slot where the least is lost: what this prompt lacks there, and what the slot holds beyond it, as far as that is
 * likely to be asked for again. That is learnt: how often slots were continued lately rather than overwritten, and less for each call
 * since the slot was used. Where conversations go on that is the least recently used one; where every call is a prompt of
 * its own behind a common beginning it becomes the slot that has the most of this one.
 *
 * Among replicas the estimate is that of `AffinityPolicy`: what waits there and what is lacking, over how fast it computes,
 * and what others will have to compute on account of that.
 */

export interface SlotOptions {
  readonly replicas: number;
  /** Of each replica. */
  readonly slots: number;
  /** How many of them a replica has, where it is known; others are not used. */
  readonly existing?: (replica: number) => number | undefined;
  /** How much what a call computes counts for those behind it. Default 2. */
  readonly externality?: number;
}

/** As much of what a slot holds must begin a prompt that continues it. */
const continuedShare = 0.95;
/** Estimates that differ by less than this share of the prompt are the same. */
const alike = 0.02;
/** A replica is not believed to be further from the mean than by this factor: a measurement may have met a busy moment. */
const mostApart = 2;
/** Weight of the latest call in how often slots are continued. */
const latest = 0.05;
/** What nobody asked for while each slot of the pool was used so often is half as likely to be asked for. */
const halfLife = 4;
/** So many calls in a row that found less than half of what a slot should have show that its replica began anew. */
const mostStrikes = 2;

interface Candidate {
  readonly replica: number;
  readonly slot: number;
  /** What it has of the prompt. */
  readonly shared: number;
  /** What it holds beyond that, as far as it is likely to be asked for again. */
  readonly kept: number;
  readonly usedAt: number;
}

export class SlotPolicy implements RoutingPolicy {
  readonly name = "slots";
  readonly #slots: readonly (readonly Slot[])[];
  readonly #loads: readonly ReplicaLoad[];
  readonly #strikes: number[];
  readonly #externality: number;
  readonly #existing: (replica: number) => number | undefined;
  readonly #count: number;
  #calls = 0;
  #continued = 1;

  constructor({ replicas, slots, existing = () => undefined, externality = 2 }: SlotOptions) {
    this.#slots = Array.from({ length: replicas }, () => Array.from({ length: slots }, () => new Slot()));
    this.#loads = Array.from({ length: replicas }, () => new ReplicaLoad());
    this.#strikes = Array(replicas).fill(0);
    this.#externality = externality;
    this.#existing = existing;
    this.#count = replicas * slots;
  }

  choose(prompt: PromptBlocks, eligible: readonly number[], nowMs: number): Choice & { readonly slot: number } {
    const usual = usualSpeed(this.#loads, eligible);
    const free = eligible.filter((replica) => this.#slotsOf(replica).some(({ calls }) => calls === 0));
    const among = free.length > 0 ? free : eligible;
    const hasEmpty = among.some((replica) => this.#slotsOf(replica).some(isFreeAndEmpty));
    const candidates = among.flatMap((replica) => this.#bestOf(replica, prompt, hasEmpty));
    const costs = candidates.map(({ replica, shared, kept }) => {
      const { queue, speed = usual } = this.#loads[replica] as ReplicaLoad;
      const lacking = prompt.length - shared;
      // What others will have to compute is not this replica's alone: one that was fast once must not lose what it holds.
      const later = this.#externality * lacking + (1 + this.#externality) * kept;
      const [pace, mean] = [speed ?? 1, usual ?? 1];
      const likely = Math.min(mean * mostApart, Math.max(mean / mostApart, pace));
      return queue.left(nowMs, speed) / pace + lacking / likely + later / mean;
    });
    const most = Math.min(...costs) + (alike * prompt.length) / (usual ?? 1);
    const { replica, slot, shared } = candidates
      .filter((_, place) => (costs[place] as number) <= most)
      .reduce((one, other) => (this.#isFreer(other, one) ? other : one));
    return { replica, slot, expected: Math.min(prompt.length, shared) };
  }

  dispatch(prompt: PromptBlocks, { replica, slot: index, expected }: Choice, nowMs: number): Dispatched {
    const { blockLength, length } = prompt;
    const slot = this.#slotsOf(replica)[index ?? 0] as Slot;
    const { begun, ended, computed } = (this.#loads[replica] as ReplicaLoad).add(length - expected, nowMs);
    slot.calls++;
    // Of a call that tells no prompt, such as one for vectors, nothing is known but that it takes its time.
    if (length > 0) this.#fill(slot, prompt, expected);
    let [isEnded, isTold] = [false, false];
    return {
      begun,
      ended: (atMs) => {
        ended(atMs);
        if (!isEnded) slot.calls--;
        isEnded = true;
      },
      told: (cached) => {
        if (isTold || !(cached >= 0 && cached <= length)) return;
        isTold = true;
        computed(length - cached, blockLength);
        if (expected >= blockLength) this.#reported(replica, slot, cached >= expected / 2);
      },
    };
  }

  forget(replica: number): void {
    for (const slot of this.#slotsOf(replica)) slot.clear();
  }

  #fill(slot: Slot, prompt: PromptBlocks, expected: number): void {
    if (!slot.isEmpty) {
      const isContinued = isMost(expected, slot.size);
      this.#continued += ((isContinued ? 1 : 0) - this.#continued) * latest;
    }
    slot.put(prompt);
    slot.usedAt = ++this.#calls;
  }

  #slotsOf(replica: number): readonly Slot[] {
    const slots = this.#slots[replica] as readonly Slot[];
    const existing = this.#existing(replica) ?? slots.length;
    return existing < slots.length ? slots.slice(0, existing) : slots;
  }

  /** The slot to take at a replica: of the idle ones, or when all are busy of those with the fewest calls. */
  #bestOf(replica: number, prompt: PromptBlocks, hasEmpty: boolean): readonly Candidate[] {
    const slots = this.#slotsOf(replica);
    const fewest = Math.min(...slots.map(({ calls }) => calls));
    const candidates = slots.flatMap((slot, index): readonly Candidate[] => {
      if (slot.calls > fewest) return [];
      const shared = slot.shared(prompt);
      const isContinued = isMost(shared, slot.size);
      // While there is room nothing is overwritten, unless the room is where too much waits.
      const wiped = hasEmpty ? shared + slot.size : this.#chance(slot) * (slot.size - shared);
      return [{ replica, slot: index, shared, kept: isContinued || slot.isEmpty ? 0 : wiped, usedAt: slot.usedAt }];
    });
    return [candidates.reduce((one, other) => (isLess(other, one) ? other : one))];
  }

  /** How likely it is that what a slot holds is asked for again. */
  #chance({ usedAt }: Slot): number {
    return this.#continued / (1 + (this.#calls - usedAt) / (halfLife * this.#count));
  }

  #isFreer(one: Candidate, other: Candidate): boolean {
    const [mine, theirs] = [this.#loads[one.replica] as ReplicaLoad, this.#loads[other.replica] as ReplicaLoad];
    return mine.inFlight === theirs.inFlight ? isLess(one, other) : mine.inFlight < theirs.inFlight;
  }

  /** What a replica lost with its memory must not be kept from others. */
  #reported(replica: number, slot: Slot, wasThere: boolean): void {
    const strikes = wasThere ? 0 : (this.#strikes[replica] as number) + 1;
    this.#strikes[replica] = strikes % mostStrikes;
    if (strikes < mostStrikes) return;
    for (const other of this.#slotsOf(replica)) if (other !== slot && other.calls === 0) other.clear();
  }
}

function isFreeAndEmpty({ calls, isEmpty }: Slot): boolean {
  return calls === 0 && isEmpty;
}

function isMost(shared: number, size: number): boolean {
  return size > 0 && shared >= continuedShare * size;
}

function isLess(one: Candidate, other: Candidate): boolean {
  const [mine, theirs] = [one.kept - one.shared, other.kept - other.shared];
  return mine === theirs ? one.usedAt < other.usedAt : mine < theirs;
}
