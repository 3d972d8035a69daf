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

const mostTenants = 10_000;

export class SeenTenants {
  readonly #clock: Clock;
  readonly #tenants = new Map<string, SeenTenant>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear({ tenant, outcome }: Extract<TraceEvent, { type: "call-end" }>): void {
    if (tenant === undefined) return;
    const known = this.#tenants.get(tenant);
    const isHit = outcome.kind === "hit" || outcome.kind === "stale";
    // Put anew, so that the first is the one not seen for longest.
    this.#tenants.delete(tenant);
    this.#tenants.set(tenant, {
      requests: (known?.requests ?? 0) + 1,
      hits: (known?.hits ?? 0) + Number(isHit),
      lastSeenAt: this.#clock.now(),
    });
    if (this.#tenants.size > mostTenants) this.#tenants.delete(this.#tenants.keys().next().value as string);
  }

  get all(): ReadonlyMap<string, SeenTenant> {
    return this.#tenants;
  }
}
