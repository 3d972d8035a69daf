import { z } from "zod";
import type { Store } from "../../../core/store.ts";
import { isListable } from "../../../core/store-listing.ts";
import { type AdminRoute, adminRoute } from "../admin-route.ts";
import { wholeNumber } from "../parameters.ts";
import type { EntriesParts } from "./entries-parts.ts";
import { entryFilter } from "./entry-filter.ts";
import { entryPage } from "./entry-pages.ts";
import { statesOf } from "./entry-state.ts";
import { entrySchema, shownEntry } from "./shown-entry.ts";

const layerRule = "must be exact, semantic or embedding";
const word = (most: number, description: string) => {
  const rule = `must be a text of 1 to ${most} characters`;
  return z.string(rule).min(1, rule).max(most, rule).optional().meta({ description });
};

const querySchema = z.strictObject({
  layer: z.enum(["exact", "semantic", "embedding"], layerRule).optional(),
  tenant: word(8_192, "Only what belongs to this tenant."),
  tag: word(64, "Only what carries this tag."),
  model: word(512, "Only what this model was asked for or has answered; `*` stands for anything."),
  q: word(512, "Only what has this text in its question or answer, in whatever case."),
  limit: wholeNumber(1, 200).default(50).meta({ description: "At most so many; 50 without it." }),
  cursor: word(65_536, "The `cursor` of the page before."),
});

const pageSchema = z.object({
  entries: z.array(entrySchema),
  cursor: z.string().optional().meta({
    description:
      "For the next page; absent behind the last. A page with a filter may be short, or empty, and have one.",
  }),
  listing: z.enum(["supported", "unsupported"]).meta({ description: "Whether the store can tell what it holds." }),
  reason: z.string().optional().meta({ description: "Why it cannot." }),
  order: z.enum(["newest-first", "none"]),
});

/** What is stored, in pages. */
export function entriesRoute({ store, truth, clock }: EntriesParts): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/entries",
    summary: "List what is stored, the newest first where the store keeps an order.",
    query: querySchema,
    answer: pageSchema,
    failures: [400, 503],
    async handle({ query: { tenant, cursor, limit, ...wish } }): Promise<z.output<typeof pageSchema>> {
      if (!isListable(truth)) return { entries: [], listing: "unsupported", reason: unlisted(truth), order: "none" };
      const fits = entryFilter(wish);
      const page = await entryPage({ listed: truth, store, clock }, { tenant, cursor, limit, fits });
      const states = await statesOf(
        page.entries.map(({ entry }) => entry),
        store,
        clock.now(),
      );
      return {
        entries: page.entries.map((kept, index) => shownEntry(kept, states[index] ?? "dead")),
        ...(page.cursor !== undefined && { cursor: page.cursor }),
        listing: "supported",
        order: page.isNewestFirst ? "newest-first" : "none",
      };
    },
  });
}

export function unlisted({ name }: Store): string {
  return `The ${name} store cannot tell what it holds; an entry is found by its id, as X-AI-Cache-Entry tells it.`;
}
