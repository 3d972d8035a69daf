import type { Lease } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";
import { asOriginError } from "../flights/origin-answer.ts";
import { FleetFollower } from "./fleet-follower.ts";
import { FleetLeader } from "./fleet-leader.ts";
import type { FleetOptions, Passage, Passenger } from "./fleet-parts.ts";

/**
 * One origin call for all processes that share a store. Who gets the lease of a key leads: it looks into the store once
 * more (another may just have finished), asks the origin, and says in the relay what the origin says. Everybody else
 * follows: what comes out of the relay is taken for the origin's answer, so that nothing behind this file knows the
 * difference. Without a relay a follower waits for the entry. A leader that dies loses its lease; then one of those who
 * have not begun to answer takes over. When leases cannot be had, each process asks for itself.
 */

export class Fleet {
  readonly #options: FleetOptions;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  async board(passenger: Passenger): Promise<Passage> {
    const { leases, holdMs } = this.#options;
    if (passenger.following === "none") return this.#alone(passenger);
    let lost: number | undefined;
    let waitMs = 0;
    for (;;) {
      const got = await leases.acquire(passenger.key, holdMs).catch(() => undefined);
      if (passenger.signal.aborted) {
        if (got?.won) await leases.release(got.lease).catch(() => {});
        throw passenger.signal.reason;
      }
      if (got === undefined) return this.#alone(passenger);
      if (got.won) return this.#lead(passenger, got.lease);
      // Who is gone and still holds the lease has it for a moment, or until its time is up.
      waitMs = got.fence === lost ? Math.min(2 * Math.max(waitMs, firstWaitMs), longestWaitMs) : 0;
      lost = got.fence;
      const follower = new FleetFollower(this.#options, passenger, { key: passenger.key, fence: got.fence });
      const response = await follower.response(waitMs);
      if (response === "alone") return this.#alone(passenger);
      if (response !== "lost") return this.#following(response);
    }
  }

  #following(response: OriginResponse): Passage {
    this.#options.onRole?.("follower");
    return following(response);
  }

  async #alone(passenger: Passenger): Promise<Passage> {
    this.#options.onRole?.("alone");
    return alone(await passenger.compute());
  }

  async #lead(passenger: Passenger, lease: Lease): Promise<Passage> {
    const { owner } = passenger;
    const leader = new FleetLeader(this.#options, owner === undefined ? lease : { ...lease, owner });
    try {
      const stored = await passenger.stored();
      if (stored !== undefined) {
        leader.landed(stored.status);
        return this.#following(stored);
      }
      this.#options.onRole?.("leader");
      const response = leader.relayed(await passenger.compute(), passenger.generations);
      return {
        response,
        isFollower: false,
        mayStore: () => leader.isHeld(),
        hasAudience: () => leader.hasAudience(),
        landed: (status) => leader.landed(status),
        failed: (error) => leader.failed(error),
      };
    } catch (error) {
      leader.failed(asOriginError(error));
      throw error;
    }
  }
}

const firstWaitMs = 5;
const longestWaitMs = 500;

const nothing = (): void => {};

function following(response: OriginResponse): Passage {
  const mayStore = async () => false;
  return { response, isFollower: true, mayStore, hasAudience: mayStore, landed: nothing, failed: nothing };
}

function alone(response: OriginResponse): Passage {
  const passage = following(response);
  return { ...passage, isFollower: false, mayStore: async () => true };
}
