import { z } from "zod";
import type { Core } from "../../core-assembly.ts";
import { lintModes } from "../../prompt-lint/lint-mode.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";

const findingSchema = z.object({
  tenant: z.string(),
  protocol: z.string(),
  model: z.string(),
  label: z.string().optional().meta({ description: "How these prompts begin; only with `lint: full`." }),
  cause: z.string().meta({ description: "Such as `date`, `tool-order` or `lapsed`; see docs/prefix-lint.md." }),
  what: z.string().meta({ description: "The cause in words." }),
  section: z.string().optional().meta({ description: "Of what breaks a prefix: `tools[0]`, `system`, `messages[3]`." }),
  byte: z.int().optional().meta({ description: "The first that differs, within the section as canonical JSON." }),
  promptByte: z.int().optional().meta({ description: "The same from the beginning of the prompt." }),
  calls: z.int().meta({ description: "Calls that lost something, of those that were looked at." }),
  ofCalls: z.int().meta({ description: "All of their group." }),
  lostTokens: z.int().meta({ description: "Computed in full, though they could have been read from a cache." }),
  lostUsd: z.string().optional(),
  lostTokensPerDay: z.int().optional().meta({ description: "From ten minutes of calls on." }),
  lostUsdPerDay: z.string().optional(),
  remedy: z.string(),
  example: z
    .object({ context: z.string(), before: z.string(), after: z.string() })
    .optional()
    .meta({ description: "What stands before that byte, and two texts that follow; only with `lint: full`." }),
});

export const lintSchema = z.object({
  mode: z.enum(lintModes).meta({ description: "`layers.prefix.lint`." }),
  calls: z.int().meta({ description: "That an origin answered to this process, of a day at most." }),
  heard: z.int().meta({ description: "Of these, how many were looked at." }),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  inputTokens: z.int(),
  lostTokens: z.int(),
  findings: z.array(findingSchema).meta({ description: "The dearest first." }),
});

const querySchema = z.strictObject({
  tenant: z.string().min(1).optional().meta({ description: "Only of this tenant." }),
});

/** What keeps the prompts of late from sharing their starts. */
export function lintRoute(core: Pick<Core, "lint">): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/lint",
    summary: "See which prompts should share a prefix and do not, and what that costs.",
    query: querySchema,
    answer: lintSchema,
    failures: [400],
    handle: ({ query: { tenant } }): z.input<typeof lintSchema> => {
      const { from, to, findings, ...others } = core.lint(tenant);
      const instants = from === undefined || to === undefined ? {} : { from: instantOf(from), to: instantOf(to) };
      return { ...others, ...instants, findings: [...findings] } as z.input<typeof lintSchema>;
    },
  });
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
