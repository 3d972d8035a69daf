import { z } from "zod";
import { purposes, savers } from "../../telemetry/ledger.ts";
import { readWindow, windowRule } from "../../telemetry/rollups/periods.ts";
import { outcomes } from "../../telemetry/rollups/rollup.ts";
import type { Rollups } from "../../telemetry/rollups/rollups.ts";
import type { StatsReport } from "../../telemetry/rollups/stats-report.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";

/** The `window` of a query: how far back. */
export const windowParameter = z
  .string(windowRule)
  .refine((text) => readWindow(text) !== undefined, windowRule)
  .meta({ description: "How far back: minutes, hours or days up to 90 days, such as `90m`, `24h`, `30d`." });

const usd = z.string().meta({ description: "US dollars as an exact decimal; may be negative." });
const saved = z.object({
  list: usd.meta({ description: "By list price." }),
  conservative: usd.meta({ description: "As if the provider had read every prompt from a cache of its own." }),
});
const tokens = z.object({
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
});
const spentSchema = z.object({ answers: z.int(), unpriced: z.int(), tokens, usd });
const savedSchema = z.object({
  hits: z.int().meta({ description: "Calls that it answered." }),
  answers: z.int().meta({ description: "Answers and parts of answers that were booked, without those found wrong." }),
  wrong: z.int().meta({ description: "Reported as wrong; their saving was taken back." }),
  unpriced: z.int(),
  tokens,
  usd: saved,
  timeMs: z.int().meta({ description: "Against the median time that the origin took for the model." }),
  timed: z.int().meta({ description: "Answers whose time was booked." }),
  bytes: z.int().meta({ description: "Of bodies that no origin had to send." }),
});
const counts = z.record(z.string(), z.int());
const quantile = z.number().nullable().meta({ description: "Milliseconds; `null` without a call." });
const latency = z.object({ count: z.int(), p50: quantile, p95: quantile, p99: quantile });

/** An object with one of these for each name. */
function each<Name extends string, Of extends z.ZodType>(
  names: readonly Name[],
  of: Of,
): z.ZodObject<Record<Name, Of>> {
  return z.object(Object.fromEntries(names.map((name) => [name, of])) as Record<Name, Of>);
}

const statsSchema: z.ZodType<StatsReport> = z.object({
  window: z.string().nullable().meta({ description: "As asked; `null` for this process since it started." }),
  since: z.iso.datetime().meta({ description: "The beginning of the first period that was added up." }),
  until: z.iso.datetime(),
  step: z.enum(["minute", "hour", "day"]).nullable().meta({ description: "Of the periods that were added up." }),
  nodes: z.array(z.string()).meta({ description: "Processes whose figures these are; each start is another one." }),
  complete: z.boolean().meta({ description: "`false`: something could not be read, and there may be more." }),
  calls: z.int(),
  requests: each(outcomes, z.int()).meta({ description: "Calls by outcome." }),
  saved: each(savers, savedSchema).meta({ description: "By what spared an origin the work." }),
  spent: each(purposes, spentSchema).meta({
    description: "`inference`: for answers. The others: by the cache itself.",
  }),
  gross: z.object({ usd: saved, timeMs: z.int() }),
  overhead: z.object({ usd }),
  net: z.object({ usd: saved }).meta({ description: "Gross without overhead." }),
  semantic: z.object({
    looks: z.int(),
    hits: z.int(),
    wouldHits: z.int().meta({ description: "What would have been served, had the mode been `serve`." }),
    observed: spentSchema.meta({ description: "What those would have saved." }),
    similarity: z.object({
      bounds: z.array(z.number()),
      counts: z.array(z.int()).meta({ description: "One more than bounds: the last is above all of them." }),
    }),
    refusals: counts,
    vetoes: counts.meta({ description: "By guard." }),
    verdicts: z.record(z.string(), z.object({ right: z.int(), wrong: z.int() })),
  }),
  latency: z.object({ hit: latency, miss: latency }),
  unpricedModels: counts,
  prompts: counts.meta({ description: "Calls that begin with a registered prompt, by `name@version`." }),
});

/** What was asked and what it saved: of all processes that share the store, or of this one. */
export function statsRoute({ rollups }: { readonly rollups: Pick<Rollups, "stats"> }): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/stats",
    summary:
      "See what was saved, by all processes that share the store; without a window, by this one since it started.",
    query: z.strictObject({ window: windowParameter.optional() }),
    answer: statsSchema,
    failures: [400],
    handle: ({ query: { window } }) => rollups.stats(window),
  });
}
