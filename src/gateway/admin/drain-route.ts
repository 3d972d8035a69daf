import { z } from "zod";
import type { Replica } from "../pool/replica.ts";
import type { Upstreams } from "../upstreams.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import { replicaNames } from "./origins-route.ts";
import { NotFoundError } from "./problem.ts";

const paramsSchema = z.strictObject({
  name: z.string().meta({
    description: "As `GET /replicas` tells it, or its base URL, percent-encoded as one segment of the path.",
  }),
});

const drainedSchema = z.object({
  replicas: z
    .array(
      z.object({
        pool: z.string(),
        name: z.string(),
        url: z.string(),
        state: z.enum(["ready", "ejected", "draining"]),
        inFlight: z.int().meta({ description: "Calls of this process that it still answers." }),
      }),
    )
    .meta({ description: "One for each pool that it is in." }),
});

/** Before a replica is stopped: it gets no new calls, and answers those it has. */
export function drainRoute(upstreams: () => Upstreams, action: "drain" | "undrain"): AdminRoute {
  return adminRoute({
    method: "POST",
    path: `/replicas/{name}/${action}`,
    summary:
      action === "drain"
        ? "Give a replica no new calls, here and at all gateways that share the store; what it answers goes on."
        : "Give a replica calls again.",
    params: paramsSchema,
    answer: drainedSchema,
    failures: [404],
    async handle({ params: { name } }): Promise<z.output<typeof drainedSchema>> {
      const { pools } = upstreams();
      const found = pools.flatMap((pool) => {
        const names = replicaNames(pool.replicas);
        return pool.replicas.flatMap((replica, index) =>
          replica.url === name || names[index] === name ? [{ pool, replica, shown: names[index] as string }] : [],
        );
      });
      if (found.length === 0) throw new NotFoundError(unknown(name, pools));
      await Promise.all(found.map(({ pool, replica }) => pool.drain(replica, action === "drain")));
      return {
        replicas: found.map(({ pool, replica: { url, health, inFlight }, shown }) => {
          return { pool: pool.name, name: shown, url, state: health.state, inFlight };
        }),
      };
    },
  });
}

/** As many as help to find a slip. */
const mostNamed = 20;

function unknown(name: string, pools: readonly { readonly replicas: readonly Replica[] }[]): string {
  const names = [...new Set(pools.flatMap(({ replicas }) => replicaNames(replicas)))];
  const some = names.slice(0, mostNamed).join(", ") + (names.length > mostNamed ? ", ..." : "");
  const there = names.length === 0 ? "No upstream is a pool." : `There are: ${some}.`;
  return `No pool has a replica named ${name.slice(0, 200)}. ${there}`;
}
