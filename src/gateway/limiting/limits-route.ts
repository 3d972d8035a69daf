import { z } from "zod";
import { InvalidOptionError } from "../../core/errors.ts";
import { limitNames } from "../../core/limits.ts";
import type { Standing } from "../../limits/limiter.ts";
import { type AdminRoute, adminRoute } from "../admin/admin-route.ts";
import { NotFoundError } from "../admin/problem.ts";
import type { VirtualKeys } from "../tenancy/virtual-keys.ts";
import type { Limiting } from "./limiting.ts";

const standingSchema = z.object({
  limit: z.enum(limitNames),
  used: z.string().meta({ description: "By all gateways together. Money in US dollars, as a decimal." }),
  most: z.string(),
  resetsAt: z.iso.datetime().optional().meta({ description: "When it begins anew; absent for calls under way." }),
});

export const limitsSchema = z.object({
  key: z.array(standingSchema).meta({ description: "Of the key; empty where it has no limits." }),
  tenant: z.array(standingSchema).meta({ description: "Of the tenant, whatever it asks with." }),
});

const either = "must name a key or a tenant, and not both";
const querySchema = z.strictObject({
  key: z.string().min(1).max(256).optional().meta({ description: "The id of a virtual key." }),
  tenant: z.string().min(1).max(1_024).optional(),
});

/** What is used of somebody's limits. */
export function limitsRoute(limiting: Limiting, keys: Pick<VirtualKeys, "all">): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/limits",
    summary: "See how much of its limits a virtual key, or a tenant, has used.",
    query: querySchema,
    answer: limitsSchema,
    failures: [400, 404, 503],
    async handle({ query: { key: id, tenant } }): Promise<z.output<typeof limitsSchema>> {
      if ((id === undefined) === (tenant === undefined))
        throw new InvalidOptionError("key", { message: `The query ${either}.`, rule: either });
      const whose = tenant === undefined ? await keyOf(id as string, keys) : { tenant };
      const standing = await limiting.standing(whose);
      return { key: standing.key.map(shown), tenant: standing.tenant.map(shown) };
    },
  });
}

async function keyOf(id: string, keys: Pick<VirtualKeys, "all">) {
  const found = (await keys.all()).find(({ key }) => key.id === id);
  if (found === undefined) throw new NotFoundError(`There is no key ${id}.`);
  return found.key;
}

function shown({ resetsAt, ...standing }: Standing): z.output<typeof standingSchema> {
  return { ...standing, ...(resetsAt !== undefined && { resetsAt: new Date(resetsAt).toISOString() }) };
}
