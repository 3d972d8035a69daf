import { z } from "zod";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import type { EventFeed } from "./watch/event-feed.ts";

const outcomes = ["hit", "stale", "miss", "coalesced", "refresh", "bypass", "error"] as const;

export const callEventSchema = z.object({
  at: z.iso.datetime(),
  outcome: z.enum(outcomes),
  layer: z.string().optional(),
  reason: z.string().optional(),
  entry: z.string().optional(),
  model: z.string(),
  protocol: z.string(),
  durationMs: z.number(),
  savedUsd: z.string().optional().meta({ description: "A decimal; where the price is known." }),
});

export const totalsEventSchema = z.object({
  at: z.iso.datetime(),
  calls: z.record(z.enum(outcomes), z.int()).meta({ description: "Since this process started." }),
  savedUsd: z.string(),
  lost: z.int().meta({ description: "Events that were left out since the last totals: this reader was too slow." }),
});

/** What happens, as it happens. */
export function eventsRoute(feed: EventFeed): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/events",
    summary: "Follow what happens: events `call` and, every second, `totals`.",
    answer: z.union([callEventSchema, totalsEventSchema]),
    answerType: "text/event-stream",
    failures: [429],
    handle: () => feed.read(),
  });
}
