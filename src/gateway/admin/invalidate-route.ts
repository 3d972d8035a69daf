import { z } from "zod";
import type { Core } from "../../core-assembly.ts";
import { type Invalidation, invalidationSchema } from "../../storage/invalidation-wish.ts";
import type { AdminRoute } from "./admin-route.ts";

const invalidatedSchema = z.object({
  scopes: z.int().meta({ description: "How many groups are dead: whatever was stored in them." }),
  entries: z.int().meta({ description: "How many entries were removed by key, and were there." }),
});

/** Takes back what was stored. Who is answered may rely on it; who is not may ask again, which does no harm. */
export function invalidateRoute(core: Pick<Core, "invalidate">): AdminRoute {
  return {
    method: "POST",
    path: "/invalidate",
    summary: "Take back what was stored.",
    body: invalidationSchema,
    answer: invalidatedSchema,
    failures: [400, 413, 503],
    handle: ({ body }) => core.invalidate(body as Invalidation),
  };
}
