import { PrefillQueue } from "./prefill-queue.ts";

/** What one replica has to do, and how fast it does it, as far as the calls that were sent there tell. */
export class ReplicaLoad {
  readonly queue = new PrefillQueue();
  inFlight = 0;
  /** Units of prompts a millisecond; `undefined` until one was measured. */
  speed: number | undefined;

  /** It is given a call, of whose prompt it has to compute `lacking`. */
  add(lacking: number, nowMs: number): CallUnderWay {
    const isAlone = this.queue.size === 0;
    const waiting = this.queue.add(lacking, nowMs);
    this.inFlight++;
    let isEnded = false;
    let aloneMs: number | undefined;
    return {
      begun: (atMs) => {
        this.queue.remove(waiting, atMs);
        if (isAlone) aloneMs ??= atMs - nowMs;
      },
      ended: (atMs) => {
        this.queue.remove(waiting, atMs);
        if (isEnded) return;
        isEnded = true;
        this.inFlight--;
      },
      computed: (units, blockLength) => {
        if (aloneMs !== undefined) this.#measure(units, aloneMs, blockLength);
      },
    };
  }

  /** A prompt for which nothing had to wait shows how fast the replica computes. */
  #measure(computed: number, afterMs: number, blockLength: number): void {
    if (computed < fewestBlocks * blockLength || afterMs <= 0) return;
    const speed = computed / afterMs;
    this.speed = this.speed === undefined ? speed : this.speed + (speed - this.speed) * latest;
  }
}

/** What is learnt of the call. */
export interface CallUnderWay {
  begun(atMs: number): void;
  /** More than once changes nothing. */
  ended(atMs: number): void;
  /** How much of the prompt it took to compute. */
  computed(units: number, blockLength: number): void;
}

/** Weight of the latest measurement of speed. */
const latest = 0.1;
/** Few units take no longer than the network does. */
const fewestBlocks = 4;

/** Where nothing was measured a replica is supposed to be as fast as the others. */
export function usualSpeed(loads: readonly ReplicaLoad[], eligible: readonly number[]): number | undefined {
  let [sum, count] = [0, 0];
  for (const replica of eligible) {
    const { speed } = loads[replica] as ReplicaLoad;
    if (speed === undefined) continue;
    sum += speed;
    count++;
  }
  return count === 0 ? undefined : sum / count;
}
