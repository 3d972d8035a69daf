import type { Clock } from "../../core/clock.ts";
import { isListable } from "../../core/store-listing.ts";
import type { Core } from "../../core-assembly.ts";
import { promptRoutes } from "../prompts/prompt-routes.ts";
import type { Readiness } from "../readiness.ts";
import type { Upstreams } from "../upstreams.ts";
import type { AdminRoute } from "./admin-route.ts";
import { drainRoute } from "./drain-route.ts";
import { entriesRoute } from "./entries/entries-route.ts";
import { entryRoute, removeEntryRoute } from "./entries/entry-route.ts";
import { eventsRoute } from "./events-route.ts";
import { type HealthParts, healthRoute } from "./health-route.ts";
import { lintRoute } from "./lint-route.ts";
import { originsRoute, replicasRoute } from "./origins-route.ts";
import { statsRoute } from "./stats-route.ts";
import { TenantCensus } from "./tenant-census.ts";
import { tenantsRoute } from "./tenants-route.ts";
import { timeseriesRoute } from "./timeseries-route.ts";
import type { AdminWatch } from "./watch/admin-watch.ts";

export interface WatchRoutesParts {
  readonly core: Pick<Core, "lint" | "prompts" | "rollups" | "stored" | "stores">;
  readonly invalidating: Pick<Core, "invalidate">;
  readonly upstreams: () => Upstreams;
  readonly readiness: Readiness;
  readonly watch: AdminWatch;
  readonly inUse: HealthParts["inUse"];
  readonly state: { readonly draining: boolean };
  readonly clock: Clock;
}

/** The routes that show what is stored, and how everything does. */
export function watchRoutes(parts: WatchRoutesParts): readonly AdminRoute[] {
  const { core, invalidating, upstreams, readiness, watch, inUse, state, clock } = parts;
  const { truth } = core.stored;
  const stored = { ...core.stored, clock };
  const census = isListable(truth) ? new TenantCensus(truth, clock) : undefined;
  watch.census = census;
  return [
    statsRoute(core),
    lintRoute(core),
    timeseriesRoute(core),
    entriesRoute(stored),
    entryRoute(stored),
    removeEntryRoute(invalidating),
    tenantsRoute({ truth, census, seen: watch.tenants }),
    originsRoute({ upstreams, watch: watch.origins }),
    replicasRoute(parts),
    drainRoute(upstreams, "drain"),
    drainRoute(upstreams, "undrain"),
    healthRoute({
      ...{ stores: core.stores, readiness, watch: watch.parts, inUse, state },
      startedAt: watch.startedAt,
    }),
    eventsRoute(watch.feed),
    ...promptRoutes(core),
  ];
}
