import { z } from "zod";
import { assertReaches, readWindow, steps } from "../../telemetry/rollups/periods.ts";
import type { Rollups } from "../../telemetry/rollups/rollups.ts";
import type { TimeseriesReport } from "../../telemetry/rollups/stats-report.ts";
import { timeseriesMetrics } from "../../telemetry/rollups/timeseries.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import { windowParameter } from "./stats-route.ts";

const metricRule = `must be one of ${timeseriesMetrics.join(", ")}`;
const stepRule = `must be one of ${steps.join(", ")}`;

const timeseriesSchema: z.ZodType<TimeseriesReport> = z.object({
  metric: z.string(),
  window: z.string(),
  step: z.enum(["minute", "hour", "day"]),
  nodes: z.array(z.string()),
  complete: z.boolean().meta({ description: "`false`: something could not be read, and there may be more." }),
  points: z.array(z.tuple([z.number(), z.number().nullable()]).readonly()).meta({
    description:
      "The beginning of each period in milliseconds since the epoch, oldest first, and its value; `null` where there is none.",
  }),
});

/** One figure over time, of all processes that share the store. */
export function timeseriesRoute({ rollups }: { readonly rollups: Pick<Rollups, "timeseries"> }): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/timeseries",
    summary: "See one figure over time, of all processes that share the store.",
    query: z.strictObject({
      metric: z
        .string(metricRule)
        .refine((name) => timeseriesMetrics.includes(name), metricRule)
        .meta({ enum: [...timeseriesMetrics], description: "Which figure. Of money, dollars." }),
      window: windowParameter.default("1h"),
      step: z
        .enum(steps as [(typeof steps)[number], ...typeof steps], stepRule)
        .optional()
        .meta({ description: "Of the points. Default: the finest that is kept for this window." }),
    }),
    answer: timeseriesSchema,
    failures: [400],
    handle({ query: { metric, window, step } }) {
      if (step !== undefined) assertReaches(step, window, readWindow(window) as number);
      return rollups.timeseries({ metric, window, step });
    },
  });
}
