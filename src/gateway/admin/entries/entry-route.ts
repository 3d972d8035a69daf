import { z } from "zod";
import { type EntryPlace, readEntryId } from "../../../core/entry-id.ts";
import type { Core } from "../../../core-assembly.ts";
import { type AdminRoute, adminRoute } from "../admin-route.ts";
import { NotFoundError } from "../problem.ts";
import type { EntriesParts } from "./entries-parts.ts";
import { statesOf } from "./entry-state.ts";
import { keptAt } from "./kept-answer.ts";
import { likeQuestionsOf } from "./like-questions.ts";
import { detailedEntry, entryDetailSchema } from "./shown-entry.ts";

const rule = "must be the id of an entry, as X-AI-Cache-Entry tells it";

const paramsSchema = z.strictObject({
  id: z
    .string(rule)
    .refine((id) => readEntryId(id) !== undefined, rule)
    .meta({ description: "As `X-AI-Cache-Entry` tells it, percent-encoded as one segment of the path." }),
});

const removedSchema = z.object({ entries: z.int().meta({ description: "How many were removed: one." }) });

/** One entry with all that is known of it. */
export function entryRoute(parts: EntriesParts): AdminRoute {
  const { store, clock } = parts;
  return adminRoute({
    method: "GET",
    path: "/entries/{id}",
    summary: "See an entry with the text of its answer.",
    params: paramsSchema,
    answer: entryDetailSchema,
    failures: [404, 503],
    async handle({ params: { id } }): Promise<z.output<typeof entryDetailSchema>> {
      const { tenant, slot } = readEntryId(id) as EntryPlace;
      const [value] = await store.get(tenant, [slot]);
      const kept = keptAt(tenant, slot, value);
      if (kept?.entry === undefined) throw notThere(id);
      const now = clock.now();
      const [state = "dead"] = await statesOf([kept.entry], store, now);
      const like = kept.layer === "exact" ? await likeQuestionsOf(parts, tenant, slot) : undefined;
      return detailedEntry({ ...kept, entry: kept.entry }, state, now, like);
    },
  });
}

/** As `POST /invalidate` by its key. */
export function removeEntryRoute(core: Pick<Core, "invalidate">): AdminRoute {
  return adminRoute({
    method: "DELETE",
    path: "/entries/{id}",
    summary: "Remove an entry; what is being computed for it meanwhile is not stored.",
    params: paramsSchema,
    answer: removedSchema,
    failures: [404, 503],
    async handle({ params: { id } }): Promise<z.output<typeof removedSchema>> {
      const { entries } = await core.invalidate({ keys: [id] });
      if (entries === 0) throw notThere(id);
      return { entries };
    },
  });
}

function notThere(id: string): NotFoundError {
  return new NotFoundError(`Nothing is stored under ${id.slice(0, 200)}.`);
}
