import { z } from "zod";
import { isPromptName, isPromptVersion, nameRule, versionRule } from "../../layers/prefix/registry/prompt-name.ts";
import { mostPromptBytes } from "../../layers/prefix/registry/prompt-registry.ts";
import { windowParameter } from "../admin/stats-route.ts";

/** What the routes of prompts are asked, and what they answer. */

const name = z.string(nameRule).refine(isPromptName, nameRule);
const version = z.string(versionRule).refine(isPromptVersion, versionRule);
const tenantRule = "must be the id of a tenant, as GET /tenants tells it";
const tenant = z.string(tenantRule).min(1, tenantRule).max(1_024, tenantRule);
const whose = tenant.optional().meta({ description: "Whose prompt; without it that of everybody." });

export const namedSchema = z.strictObject({ name });
export const whichSchema = z.strictObject({
  version: version.optional().meta({ description: "Default: the newest." }),
  tenant: whose,
});
export const removedVersionsSchema = z.strictObject({
  version: version.optional().meta({ description: "Default: all of them." }),
  tenant: whose,
});
export const listingSchema = z.strictObject({ window: windowParameter.optional() });

const textRule = "must be a text that is not empty";
export const settingSchema = z.strictObject({
  text: z
    .string(textRule)
    .min(1, textRule)
    .meta({ description: `The system prompt as models read it; at most ${mostPromptBytes} bytes of UTF-8.` }),
  version: version.optional().meta({ description: "Default: the next number; none where the newest has this text." }),
  tenant: whose,
});

const promptRef = z
  .string()
  .meta({ description: "`name@version`; of a tenant's own with the tenant and a slash before it." });
const promptFindingSchema = z.object({
  kind: z.enum(["near-duplicate", "version", "text"]).meta({
    description: "Two prompts that are nearly one; two versions that should be one; what in one text will not stay.",
  }),
  prompts: z.array(promptRef),
  cause: z.string().meta({ description: "As the lint of prefixes has it; `equal`; or `placeholder`." }),
  byte: z.int().meta({ description: "The first that differs, or that is meant; of the first prompt's UTF-8." }),
  before: z.string(),
  after: z.string(),
  likeness: z.number().optional().meta({ description: "Of the longer text, the part that both have; from 0 to 1." }),
  remedy: z.string(),
});

const shownVersion = z.object({
  version: z.string(),
  createdAt: z.iso.datetime(),
  deletedAt: z.iso.datetime().optional(),
  bytes: z.int().optional().meta({ description: "Of UTF-8; absent of one that was deleted." }),
  calls: z.int().meta({ description: "That began with it within the window." }),
});

/** The same, where the path does not name the prompt. */
export const namedSettingSchema = z.strictObject({ name, ...settingSchema.shape });
export const namedRemovalSchema = z.strictObject({ name, ...removedVersionsSchema.shape });

export const promptsSchema = z.object({
  window: z.string(),
  calls: z.int().meta({ description: "Of all calls within the window, by all processes that share the store." }),
  prompts: z.array(
    z.object({
      name: z.string(),
      tenant: z.string().optional().meta({ description: "Whose it is; absent where it is everybody's." }),
      newest: z.string().optional().meta({ description: "The version that the name alone means." }),
      calls: z.int(),
      share: z.number().meta({ description: "Of all calls; from 0 to 1." }),
      versions: z.array(shownVersion).meta({ description: "The newest first." }),
    }),
  ),
  findings: z.array(promptFindingSchema).meta({ description: "What the lint has to say of them." }),
});

export const shownPromptSchema = z.object({
  name: z.string(),
  tenant: z.string().optional(),
  version: z.string(),
  createdAt: z.iso.datetime(),
  text: z.string(),
});

export const setPromptSchema = z.object({
  name: z.string(),
  version: z.string(),
  isNew: z.boolean().meta({ description: "False: it was there already, with this text." }),
  findings: z.array(promptFindingSchema).meta({ description: "What the lint has to say of it." }),
});

export const removedPromptSchema = z.object({
  versions: z.array(z.string()).meta({ description: "That were deleted." }),
});
