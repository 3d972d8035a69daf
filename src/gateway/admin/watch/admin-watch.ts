import type { Clock } from "../../../core/clock.ts";
import type { TraceEvent } from "../../../core/trace.ts";
import { EventFeed } from "./event-feed.ts";
import { OriginWatch } from "./origin-watch.ts";
import { PartWatch } from "./part-watch.ts";
import { SeenTenants } from "./seen-tenants.ts";

/** What the admin API has heard of this process since it started. */
export class AdminWatch {
  readonly origins: OriginWatch;
  readonly parts: PartWatch;
  readonly tenants: SeenTenants;
  readonly feed: EventFeed;
  /** Counts what is stored for each tenant, where the store can be listed. */
  census: { forget(tenant: string): void } | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;

  constructor(clock: Clock) {
    this.startedAt = clock.now();
    this.origins = new OriginWatch(clock);
    this.parts = new PartWatch(clock);
    this.tenants = new SeenTenants(clock);
    this.feed = new EventFeed(clock);
  }

  /** Of a tenant that was erased nothing is shown any more. */
  forget(tenant: string): void {
    this.tenants.forget(tenant);
    this.census?.forget(tenant);
  }

  hear(event: TraceEvent): void {
    // Told of every call, and of no use to any of them.
    if (event.type === "lookup-end") return;
    if (event.type === "call-end") this.tenants.hear(event);
    else if (event.type === "origin-end") this.origins.hear(event);
    else if (event.type !== "saving") this.parts.hear(event);
    this.feed.hear(event);
  }
}
