import { LRUCache } from "lru-cache";
import type { Clock } from "../../../core/clock.ts";
import type { TraceEvent } from "../../../core/trace.ts";

/** Who has asked this process since it started. Of very many those are kept that asked last. */

export interface SeenTenant {
  readonly requests: number;
  /** Answered from the cache. */
  readonly hits: number;
  /** Milliseconds since the epoch. */
  readonly lastSeenAt: number;
}

type Seen = { -readonly [Name in keyof SeenTenant]: SeenTenant[Name] };

const mostTenants = 10_000;

export class SeenTenants {
  readonly #clock: Clock;
  readonly #tenants = new LRUCache<string, Seen>({ max: mostTenants });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear({ tenant, outcome }: Extract<TraceEvent, { type: "call-end" }>): void {
    if (tenant === undefined) return;
    let seen = this.#tenants.get(tenant);
    if (seen === undefined) {
      seen = { requests: 0, hits: 0, lastSeenAt: 0 };
      this.#tenants.set(tenant, seen);
    }
    seen.requests += 1;
    if (outcome.kind === "hit" || outcome.kind === "stale") seen.hits += 1;
    seen.lastSeenAt = this.#clock.now();
  }

  forget(tenant: string): void {
    this.#tenants.delete(tenant);
  }

  /** By tenant, as they are now. */
  get all(): ReadonlyMap<string, SeenTenant> {
    return new Map(this.#tenants.entries());
  }
}
