import { z } from "zod";
import type { Store } from "../../core/store.ts";
import { isListable } from "../../core/store-listing.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import { unlisted } from "./entries/entries-route.ts";
import type { TenantCensus } from "./tenant-census.ts";
import type { SeenTenants } from "./watch/seen-tenants.ts";

export const tenantsSchema = z.object({
  tenants: z.array(
    z.object({
      tenant: z.string(),
      entries: z.int().optional().meta({ description: "Answers and vectors, where the store can tell." }),
      bytes: z.int().optional().meta({ description: "Of everything that is stored for it." }),
      requests: z.int().meta({ description: "To this process since it started." }),
      hits: z.int().meta({ description: "Of these: answered from the cache." }),
      lastSeenAt: z.iso.datetime().optional(),
    }),
  ),
  listing: z.enum(["supported", "unsupported"]),
  reason: z.string().optional().meta({ description: "Why the store cannot tell." }),
  countedAt: z.iso.datetime().optional().meta({ description: "When the count of entries was finished." }),
  isComplete: z.boolean().meta({ description: "False while entries are still counted, or where they are too many." }),
});

export interface TenantsParts {
  readonly truth: Store;
  readonly seen: SeenTenants;
  /** `undefined` where the store cannot be listed. */
  readonly census: TenantCensus | undefined;
}

/** Whoever has asked this process, and whoever has something stored. */
export function tenantsRoute({ truth, seen, census }: TenantsParts): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/tenants",
    summary: "See the tenants, what is stored for them and how often they asked; those with most bytes first.",
    answer: tenantsSchema,
    failures: [503],
    async handle(): Promise<z.output<typeof tenantsSchema>> {
      const count = await census?.read();
      const asked = seen.all;
      const names = new Set([...(count?.tenants.keys() ?? []), ...asked.keys()]);
      const tenants = [...names].map((tenant) => {
        const stored = count && (count.tenants.get(tenant) ?? { entries: 0, bytes: 0 });
        const { requests = 0, hits = 0, lastSeenAt } = asked.get(tenant) ?? {};
        const lastSeen = lastSeenAt === undefined ? {} : { lastSeenAt: new Date(lastSeenAt).toISOString() };
        return { tenant, ...stored, requests, hits, ...lastSeen };
      });
      tenants.sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || b.requests - a.requests);
      if (count === undefined || !isListable(truth))
        return { tenants, listing: "unsupported", reason: unlisted(truth), isComplete: false };
      const { countedAt, isComplete } = count;
      const counted = countedAt === undefined ? {} : { countedAt: new Date(countedAt).toISOString() };
      return { tenants, listing: "supported", ...counted, isComplete };
    },
  });
}
