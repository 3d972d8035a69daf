/**
 * What waits at the replicas from calls of other gateways, as these tell some times a second. Between two tellings it is
 * supposed to be worked off: what was told fades, and after a while counts for nothing, so that a gateway which has gone, or
 * whose message was lost, is not reckoned with for ever. Nothing depends on a message arriving; without any, each gateway
 * goes by its own calls.
 */

export interface ReplicaBacklog {
  /** Units of prompts that have still to be computed there. */
  readonly queued: number;
  readonly inFlight: number;
}

interface Told {
  readonly atMs: number;
  readonly backlogs: readonly (ReplicaBacklog | undefined)[];
}

const halfLifeMs = 400;
const longestMs = 3_000;
/** Who tells more than there can be gateways is not believed. */
const mostPeers = 1_000;

export class PeerLoads {
  readonly #told = new Map<string, Told>();
  #queued: number[] = [];
  #inFlight: number[] = [];
  #summedAtMs: number | undefined;

  get peers(): number {
    return this.#told.size;
  }

  /** What `peer` has now at each replica, by its index; what it said before counts no more. */
  hear(peer: string, backlogs: readonly (ReplicaBacklog | undefined)[], nowMs: number): void {
    this.#told.delete(peer);
    if (this.#told.size >= mostPeers) this.#told.delete(this.#told.keys().next().value as string);
    this.#told.set(peer, { atMs: nowMs, backlogs });
    this.#summedAtMs = undefined;
  }

  queued(replica: number, nowMs: number): number {
    this.#sum(nowMs);
    return this.#queued[replica] ?? 0;
  }

  inFlight(replica: number, nowMs: number): number {
    this.#sum(nowMs);
    return this.#inFlight[replica] ?? 0;
  }

  /** Once for all replicas that are looked at in one decision. */
  #sum(nowMs: number): void {
    if (this.#summedAtMs === nowMs) return;
    this.#summedAtMs = nowMs;
    this.#queued = [];
    this.#inFlight = [];
    for (const [peer, { atMs, backlogs }] of this.#told) {
      const age = nowMs - atMs;
      if (age > longestMs) {
        this.#told.delete(peer);
        continue;
      }
      const left = 0.5 ** (Math.max(0, age) / halfLifeMs);
      for (const [replica, backlog] of backlogs.entries()) {
        if (backlog === undefined) continue;
        this.#queued[replica] = (this.#queued[replica] ?? 0) + left * backlog.queued;
        this.#inFlight[replica] = (this.#inFlight[replica] ?? 0) + backlog.inFlight;
      }
    }
  }
}
