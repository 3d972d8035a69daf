import { z } from "zod";
import type { PurgeStatus } from "../../layers/edge/purging/purge-outbox.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";

const instant = z.iso.datetime();

const cacheSchema = z.object({
  cache: z.string().meta({ description: "As the configuration names it." }),
  kind: z.string(),
  state: z.enum(["idle", "pending", "failing"]),
  pending: z.int().meta({ description: "Purges that are stored and not yet made." }),
  since: instant.optional().meta({ description: "When the oldest of them was wished." }),
  tries: z.int().meta({ description: "How often it has failed in a row." }),
  retryAt: instant.optional(),
  error: z.string().optional().meta({ description: "Why the last try failed." }),
  errorAt: instant.optional(),
  doneAt: instant.optional().meta({ description: "When it was last purged." }),
  done: z.int().meta({ description: "Purges that were made, by all processes." }),
  refused: z.int().meta({ description: "Purges that the cache did not accept, and that were given up." }),
});

export const purgesSchema = z.object({ caches: z.array(cacheSchema) });

/** The caches in front, and what they have still to be told. */
export function purgesRoute(purging: { status(): Promise<readonly PurgeStatus[]> }): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/edge/purges",
    summary: "See which purges the caches in front have still to be told.",
    answer: purgesSchema,
    failures: [],
    handle: async () => ({ caches: (await purging.status()).map(shown) }),
  });
}

function shown({ since, retryAt, errorAt, doneAt, ...others }: PurgeStatus): z.output<typeof cacheSchema> {
  const instants = Object.entries({ since, retryAt, errorAt, doneAt }).flatMap(([name, at]) =>
    at === undefined ? [] : [[name, new Date(at).toISOString()]],
  );
  return { ...others, ...Object.fromEntries(instants) };
}
