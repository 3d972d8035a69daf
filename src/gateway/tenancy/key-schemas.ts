import { z } from "zod";
import { layerNames } from "../../core/directives.ts";
import { durationMs } from "../../core/duration.ts";
import { type LimitsText, readLimits } from "../../core/limits.ts";
import { isTenantName, isUserName, tenantNameRule, userNameRule } from "../../core/tenant-name.ts";
import { tenancyModes } from "../../tenancy-options.ts";
import { isKeyId } from "./key-text.ts";

/** What the routes of virtual keys are asked, and what they answer. */

const idRule = "must be the id of a key, as GET /keys tells it";
const id = z.string(idRule).refine(isKeyId, idRule).meta({ description: "Of the key; no secret." });
export const whichKeySchema = z.strictObject({ id });

const tenant = z.string(tenantNameRule).refine(isTenantName, tenantNameRule);
const user = z.string(userNameRule).refine(isUserName, userNameRule);

const wordRule = "must be a text of 1 to 256 characters";
const word = z.string(wordRule).min(1, wordRule).max(256, wordRule);

const modelsRule = "must be a list of 1 to 100 patterns of models, of 1 to 256 characters each";
const models = z
  .array(z.string(modelsRule).min(1, modelsRule).max(256, modelsRule), modelsRule)
  .min(1, modelsRule)
  .max(100, modelsRule)
  .meta({ description: "Patterns; `*` stands for any run of characters. Without them all." });

const layersRule = `must be a list of ${layerNames.join(", ")}`;
const layers = z
  .array(z.enum(layerNames, layersRule), layersRule)
  .min(1, layersRule)
  .max(layerNames.length, layersRule)
  .meta({ description: "Of the cache, that may be used. Without them all." });

const limits = z
  .record(z.string(), z.unknown(), "must be a section with the limits")
  .superRefine((value, context) => {
    const reading = readLimits(value);
    if (!reading.ok) context.addIssue({ code: "custom", message: `${reading.name} must be ${reading.rule}` });
  })
  .transform((value) => value as LimitsText)
  .meta({
    description:
      "What may be taken by it, such as `requestsPerMinute` and `usdPerMonth`; without them as much as is wanted.",
  });

const expiryRule = 'must be a duration such as "30d", or an instant such as "2030-01-31T00:00:00Z"';
const longestMs = 36_500 * 86_400_000;

/** Milliseconds from now, or an instant. */
export type Expiry = { readonly afterMs: number } | { readonly at: number };

const expires = z
  .string(expiryRule)
  .transform((value, context): Expiry => {
    const afterMs = durationMs(value);
    if (afterMs !== undefined && afterMs > 0 && afterMs <= longestMs) return { afterMs };
    const at = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(at)) return { at };
    context.addIssue({ code: "custom", message: expiryRule });
    return z.NEVER;
  })
  .meta({ description: "When it ends. Without it, when it is taken back." });

export const createKeySchema = z.strictObject({
  tenant: tenant.meta({ description: "Whose answers whoever shows it shares." }),
  user: user.optional().meta({ description: "Whom it is for; callers can name no other then." }),
  name: word.optional(),
  note: word.optional(),
  models: models.optional(),
  layers: layers.optional(),
  limits: limits.optional(),
  expires: expires.optional(),
});

const overlapRule = 'must be a duration of at most 90 days, such as "24h"; "0" for none';
export const mostOverlapMs = 90 * 86_400_000;
export const rotateKeySchema = z.strictObject({
  overlap: z
    .string(overlapRule)
    .transform((value, context): number => {
      const overlapMs = durationMs(value);
      if (overlapMs !== undefined && overlapMs <= mostOverlapMs) return overlapMs;
      context.addIssue({ code: "custom", message: overlapRule });
      return z.NEVER;
    })
    .optional()
    .meta({ description: "How long the text before is still taken; default 24 hours." }),
});

export const listedKeysSchema = z.strictObject({
  tenant: z
    .string()
    .min(1, tenantNameRule)
    .max(1_024, tenantNameRule)
    .optional()
    .meta({ description: "Only its keys." }),
});

const shownKeySchema = z.object({
  id,
  state: z.enum(["live", "expired", "revoked"]),
  tenant: z.string(),
  user: z.string().optional(),
  name: z.string().optional(),
  note: z.string().optional(),
  models: z.array(z.string()).optional(),
  layers: z.array(z.enum(layerNames)).optional(),
  limits: z.record(z.string(), z.unknown()).optional(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  revokedAt: z.iso.datetime().optional(),
});

export type ShownKeyDetails = z.output<typeof shownKeySchema>;

const mode = z.enum(tenancyModes).meta({ description: "Of `tenancy`: keys are asked for in mode `keys` alone." });

export const keysSchema = z.object({
  mode,
  keys: z.array(shownKeySchema).meta({ description: "In the order in which they were made." }),
});

const text = z.string().meta({ description: "The key itself. It is told here, once, and kept nowhere." });

export const createdKeySchema = z.object({ key: text, mode, ...shownKeySchema.shape });

export const rotatedKeySchema = z.object({
  key: text,
  overlapUntil: z.iso.datetime().meta({ description: "Until when the text before is taken." }),
  ...shownKeySchema.shape,
});

export const revokedKeySchema = z.object({
  id,
  withinMs: z.int().meta({ description: "After this long no gateway takes it, whatever it has heard." }),
});
