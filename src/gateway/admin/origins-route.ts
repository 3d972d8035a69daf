import { z } from "zod";
import type { Upstreams } from "../upstreams.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import type { OriginWatch } from "./watch/origin-watch.ts";

const originSchema = z.object({
  name: z.string().meta({ description: "As the configuration names it." }),
  url: z.string().meta({ description: "The base URL; it never holds a secret." }),
  state: z.enum(["ok", "failing", "unknown"]).meta({ description: "`unknown`: it was not called yet." }),
  since: z.iso.datetime().optional().meta({ description: "Since when it is in this state." }),
  requests: z.int().meta({ description: "Since this process started." }),
  errors: z.int().meta({ description: "Of these: no answer, 429, or 500 and above." }),
  latencyMs: z
    .object({ p50: z.number(), p95: z.number() })
    .optional()
    .meta({ description: "Of the last 512 that were answered well." }),
});

export const originsSchema = z.object({ origins: z.array(originSchema) });
export const replicasSchema = z.object({
  replicas: z
    .array(
      z.object({
        pool: z.string().meta({ description: "The upstream that it belongs to." }),
        name: z
          .string()
          .meta({ description: "Its host and port; its URL where another one in the pool has the same." }),
        url: z.string(),
        state: z.enum(["ready", "ejected", "draining"]),
        since: z.iso.datetime().meta({ description: "Since when it is in this state." }),
        requests: z.int().meta({ description: "Since this process started." }),
        errors: z.int(),
        inFlight: z.int(),
        promptTokens: z.int().meta({ description: "As its answers tell them." }),
        cachedTokens: z.int(),
        kvEvents: z
          .enum(["connected", "disconnected"])
          .optional()
          .meta({ description: "Whether its engine is heard that is to tell of its cache." }),
      }),
    )
    .meta({ description: "Of upstreams that are pools." }),
});

export interface OriginsParts {
  /** Replaced when the configuration is read again. */
  readonly upstreams: () => Upstreams;
  readonly watch: OriginWatch;
}

/** The upstreams as this process has found them. */
export function originsRoute({ upstreams, watch }: OriginsParts): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/origins",
    summary: "See the upstreams, and how they do.",
    answer: originsSchema,
    failures: [],
    handle: (): z.output<typeof originsSchema> => ({
      origins: upstreams().all.map(({ name, id }) => {
        const record = watch.of(id);
        const common = { name, url: id };
        if (record === undefined) return { ...common, state: "unknown", requests: 0, errors: 0 };
        const { requests, errors, isFailing, since, latency } = record;
        return {
          ...common,
          state: isFailing ? "failing" : "ok",
          since: new Date(since).toISOString(),
          ...{ requests, errors },
          ...(latency !== undefined && { latencyMs: { p50: rounded(latency.p50), p95: rounded(latency.p95) } }),
        };
      }),
    }),
  });
}

/** The replicas of pools, as this process has found them. */
export function replicasRoute({ upstreams }: Pick<OriginsParts, "upstreams">): AdminRoute {
  return adminRoute({
    method: "GET",
    path: "/replicas",
    summary: "See the replicas of pools of origins.",
    answer: replicasSchema,
    failures: [],
    handle: (): z.output<typeof replicasSchema> => ({
      replicas: upstreams().pools.flatMap(({ name, replicas }) =>
        replicas.map(({ url, health, requests, errors, inFlight, tokens, isHeard }, index) => ({
          pool: name,
          name: replicaNames(replicas)[index] as string,
          url,
          state: health.state,
          since: new Date(health.since).toISOString(),
          ...{ requests, errors, inFlight },
          promptTokens: tokens.input,
          cachedTokens: tokens.cached,
          ...(isHeard !== undefined && { kvEvents: isHeard ? ("connected" as const) : ("disconnected" as const) }),
        })),
      ),
    }),
  });
}

/** What each is called, in their order. */
export function replicaNames(replicas: readonly { readonly url: string }[]): readonly string[] {
  const hosts = replicas.map(({ url }) => new URL(url).host);
  return replicas.map(({ url }, index) => {
    const host = hosts[index] as string;
    return hosts.indexOf(host) === hosts.lastIndexOf(host) ? host : url;
  });
}

/** To a microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
