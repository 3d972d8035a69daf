import { type Clock, systemRandom } from "../../core/clock.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { Trace } from "../../core/trace.ts";
import type { Core } from "../../core-assembly.ts";
import { Limiter } from "../../limits/limiter.ts";
import type { Log } from "../../telemetry/log.ts";
import type { GatewayConfig } from "../config.ts";
import { Limiting } from "./limiting.ts";
import { unpricedNotice } from "./unpriced-notice.ts";

export interface LimitingAssemblyParts {
  readonly core: Pick<Core, "stored">;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly shared: { readonly store?: SharedStore };
  readonly log: Pick<Log, "warn">;
}

/** The limits of a gateway: counted in the store that it shares, asked without copies, since others count there as well. */
export function limitingOf(
  { limits, store }: Pick<GatewayConfig, "limits" | "store">,
  { core, clock, trace, shared, log }: LimitingAssemblyParts,
): Limiting {
  const { truth } = core.stored;
  // SQLite gathers writes; the other workers see them when they are in the file.
  const { flush } = (shared.store ?? {}) as { readonly flush?: () => Promise<void> };
  const limiter = new Limiter({
    store: truth,
    clock,
    random: systemRandom,
    syncMs: Math.max(leastSyncMs, limits.sync),
    deadlineMs: store.writeDeadline,
    onUnpriced: unpricedNotice(log),
    ...(flush && { flush: () => flush.call(shared.store) }),
  });
  return new Limiting({ limiter, clock, trace }, limits.tenant);
}

/** A round takes a few trips to the store. */
const leastSyncMs = 50;
