/**
 * Leases behind a deadline and a circuit breaker, like the store they belong to. Without leases every process asks the
 * origin for itself, so an outage is told to whoever asks, who then does so; nobody waits for a server that is not well.
 */

import { CircuitBreaker, REFUSED } from "../core/circuit-breaker.ts";
import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Acquisition, Lease, Leases, Relay, RelayPage } from "../core/lease.ts";

export interface GuardedLeasesOptions {
  readonly clock: Clock;
  /** Milliseconds for what a caller waits for. */
  readonly readDeadlineMs: number;
  /** Milliseconds for what is done beside the path: what the leader says, and that it is done. */
  readonly writeDeadlineMs: number;
  readonly onFault?: (operation: string, kind: "timeout" | "error") => void;
  /** False while the store they belong to is out of service: then nobody waits to find that out once more. */
  readonly available?: () => boolean;
}

export function guardedLeases(leases: Leases, options: GuardedLeasesOptions): Leases {
  return new GuardedLeases(leases, options);
}

class GuardedLeases implements Leases {
  readonly name: string;
  readonly relay: Relay | undefined;
  readonly #leases: Leases;
  readonly #options: GuardedLeasesOptions;
  readonly #breaker: CircuitBreaker;

  constructor(leases: Leases, options: GuardedLeasesOptions) {
    const { readDeadlineMs: soon, writeDeadlineMs: later, clock } = options;
    const { relay } = leases;
    this.name = leases.name;
    this.#leases = leases;
    this.#options = options;
    this.#breaker = new CircuitBreaker({ clock });
    this.relay = relay && {
      append: (lease, frames, keepMs) => this.#run("append", later, () => relay.append(lease, frames, keepMs)),
      read: (lease, position) => this.#run<RelayPage>("read", later, () => relay.read(lease, position)),
      watch: (lease, wake) => relay.watch(lease, wake),
      hasAudience: (lease) => this.#run("audience", soon, () => relay.hasAudience(lease)),
    };
  }

  async acquire(key: string, holdMs: number): Promise<Acquisition> {
    if (this.#options.available?.() === false) throw unavailable(`the store of the ${this.name} leases is away`);
    let isGivenUp = false;
    const acquiring = this.#run("acquire", this.#options.readDeadlineMs, async () => {
      const got = await this.#leases.acquire(key, holdMs);
      // Who asked computes without it by now; whoever comes next would wait for nobody until its time is up.
      if (isGivenUp && got.won) await this.#leases.release(got.lease);
      return got;
    });
    return acquiring.catch((error: unknown) => {
      isGivenUp = true;
      throw error;
    });
  }

  renew(lease: Lease, holdMs: number): Promise<boolean> {
    return this.#run("renew", this.#options.readDeadlineMs, () => this.#leases.renew(lease, holdMs));
  }

  release(lease: Lease, afterMs?: number): Promise<void> {
    return this.#run("release", this.#options.writeDeadlineMs, () => this.#leases.release(lease, afterMs));
  }

  holder(key: string): Promise<number | undefined> {
    return this.#run("holder", this.#options.readDeadlineMs, () => this.#leases.holder(key));
  }

  close(): Promise<void> {
    return this.#leases.close();
  }

  async #run<T>(operation: string, deadlineMs: number, call: () => Promise<T>): Promise<T> {
    const pass = this.#breaker.enter();
    if (pass === REFUSED) throw unavailable(`the ${this.name} leases are out of service`);
    let kind: "timeout" | "error" = "error";
    try {
      const answer = await withDeadline(call(), deadlineMs, this.#options.clock, () => {
        kind = "timeout";
        throw unavailable(`${operation} on the ${this.name} leases took longer than ${deadlineMs} ms`);
      });
      this.#breaker.succeeded(pass);
      return answer;
    } catch (error) {
      this.#breaker.failed(pass);
      this.#options.onFault?.(operation, kind);
      throw error;
    }
  }
}

function unavailable(message: string): StoreUnavailableError {
  return new StoreUnavailableError({ message });
}
