import { createCache } from "../../../src/cache.ts";
import type { TraceEvent } from "../../../src/core/trace.ts";
import { describeMistake, readConfig, startGateway } from "../../../src/gateway/index.ts";
import type { ScriptedOrigin } from "../../../src/testing/index.ts";
import { callsByResult } from "../../e2e/metrics-page.ts";
import type { Connection, Route } from "./matrix-client.ts";

/** The ways to the cache, each with one cache for the whole matrix, and what it says of the calls it has had. */

export interface OpenRoute {
  readonly connection: Connection;
  /** Calls so far, by outcome. No client tells this alike, so it is not asked of them. */
  outcomes(): Promise<Outcomes>;
  close(): Promise<void>;
}

type Outcomes = Readonly<Record<string, number>>;

export function openRoute(route: Route, origin: ScriptedOrigin): Promise<OpenRoute> {
  return route === "gateway" ? throughGateway(origin) : throughLibrary(route, new URL(origin.url).origin);
}

async function throughGateway(origin: ScriptedOrigin): Promise<OpenRoute> {
  const flags = { "server.port": "0", upstream: origin.url, "store.url": "memory", "telemetry.logLevel": "silent" };
  const reading = readConfig({ environment: {}, flags });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  const gateway = await startGateway(reading.config);
  return {
    connection: { url: gateway.url, options: {} },
    outcomes: () => callsByResult(gateway),
    close: () => gateway.close(),
  };
}

async function throughLibrary(route: "fetch" | "integration", url: string): Promise<OpenRoute> {
  const outcomes: Record<string, number> = {};
  const onEvent = (event: TraceEvent) => {
    if (event.type !== "call-end") return;
    const { kind } = event.outcome;
    outcomes[kind] = (outcomes[kind] ?? 0) + 1;
  };
  const cache = await createCache({ onEvent });
  return {
    connection: route === "fetch" ? { url, options: { fetch: cache.fetch } } : { url, options: {}, cache },
    outcomes: async () => ({ ...outcomes }),
    close: () => cache.close(),
  };
}

/** The outcomes that were added, without those of which there are no more than before. */
export function addedOutcomes(before: Outcomes, after: Outcomes): readonly string[] {
  return Object.keys(after).filter((name) => after[name] !== before[name]);
}
