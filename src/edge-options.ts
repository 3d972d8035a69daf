import { z } from "zod";
import type { TwinAccess } from "./core/twin-access.ts";
import { edgePurgeSchema } from "./edge-purge-options.ts";
import { choice, duration, integer } from "./option-fields.ts";

/** The options of what caches in front of the gateway may keep: section `layers.edge`. */

export const twinAccess: readonly TwinAccess[] = ["off", "signed", "public"];

export const twinsMeaning =
  "Who may have the answers to calls by GET as well: nobody, who has a signed URL, or everybody who knows the call; see [the edge](../edge.md#twins).";

export const edgeSchema = z
  .strictObject({
    twins: choice("off", twinAccess, { description: twinsMeaning }),
    maxAge: duration("1m", {
      description: "How long browsers, and caches that nobody can tell to forget, may keep what is for everybody.",
    }),
    sharedMaxAge: duration("1h", { description: "How long caches may keep it that can be told to forget." }),
    staleWhileRevalidate: duration("10m", {
      description: "How long after that caches may serve it while they ask for it anew.",
    }),
    staleIfError: duration("1d", { description: "How long after that caches may serve it when the gateway fails." }),
    urlLifetime: duration("5m", { description: "How long a signed URL is good for at least; at most twice as long." }),
    unknownPerMinute: integer(120, 1, 1_000_000, {
      description: "How often in a minute an address may ask for what is not there before it is told to wait.",
    }),
    purge: edgePurgeSchema,
  })
  .prefault({} as never);

export type EdgeSettings = z.output<typeof edgeSchema>;
