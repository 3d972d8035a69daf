import { z } from "zod";
import type { StoreStats } from "../../core/store.ts";
import type { GuardedStores } from "../../storage/storage.ts";
import { version } from "../../version.ts";
import type { Readiness } from "../readiness.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import type { PartName, PartWatch } from "./watch/part-watch.ts";

const since = z.iso.datetime().optional();

export const healthSchema = z.object({
  status: z.enum(["ready", "degraded", "draining"]).meta({ description: "As `/readyz` tells it." }),
  version: z.string(),
  startedAt: z.iso.datetime(),
  stores: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["ok", "unavailable"]),
      since: since.meta({ description: "Since when it is not there." }),
      breaker: z.enum(["closed", "open", "half-open"]).meta({ description: "`open`: it is left alone for a while." }),
      entries: z.int().optional().meta({ description: "Values of all kinds, where the store can tell." }),
      bytes: z.int().optional(),
      capacityBytes: z.int().optional().meta({ description: "Absent where there is no bound." }),
    }),
  ),
  parts: z
    .array(
      z.object({
        part: z.enum(["bus", "leases", "embedder", "vectors", "judge"]),
        name: z.string().meta({ description: "Which one it is." }),
        state: z.enum(["ok", "failing"]).meta({ description: "`failing`: with a fault in the last minute." }),
        since: since.meta({ description: "The first fault of those that go on, or the last one there was." }),
        faults: z.int().meta({ description: "Since this process started." }),
      }),
    )
    .meta({ description: "Those that are in use." }),
});

export interface HealthParts {
  readonly stores: readonly GuardedStores[];
  readonly readiness: Readiness;
  readonly watch: PartWatch;
  /** What is in use, by name. */
  readonly inUse: readonly { readonly part: PartName; readonly name: () => string }[];
  readonly startedAt: number;
  readonly state: { readonly draining: boolean };
}

/** The state of everything that this process stands on. */
export function healthRoute(parts: HealthParts): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/health",
    summary: "See the state of stores, bus, embedder and vectors, and since when.",
    answer: healthSchema,
    failures: [],
    async handle(): Promise<z.output<typeof healthSchema>> {
      const down = new Map((await parts.readiness.unavailable()).map(({ name, since }) => [name, since]));
      const stores = await Promise.all(
        parts.stores.map(async ({ store, breaker }) => {
          const since = down.get(store.name);
          const known = since === undefined ? await statsOf(store) : undefined;
          return {
            name: store.name,
            state: since === undefined ? ("ok" as const) : ("unavailable" as const),
            ...(since !== undefined && { since: new Date(since).toISOString() }),
            breaker: breaker(),
            ...(known && { entries: known.entries, bytes: known.bytes }),
            ...(known !== undefined &&
              Number.isFinite(known.capacityBytes) && { capacityBytes: Math.floor(known.capacityBytes) }),
          };
        }),
      );
      return {
        status: parts.state.draining ? "draining" : down.size === 0 ? "ready" : "degraded",
        version,
        startedAt: new Date(parts.startedAt).toISOString(),
        stores,
        parts: parts.inUse.map(({ part, name }) => {
          const { state, since, faults } = parts.watch.of(part);
          return {
            part,
            name: name(),
            state,
            faults,
            ...(since !== undefined && { since: new Date(since).toISOString() }),
          };
        }),
      };
    },
  });
}

async function statsOf(store: GuardedStores["store"]): Promise<StoreStats | undefined> {
  try {
    return await store.stats();
  } catch {
    return undefined;
  }
}
