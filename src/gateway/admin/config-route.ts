import { z } from "zod";
import { shownStoreUrl } from "../../stores/store-url.ts";
import type { GatewayConfig } from "../config.ts";
import type { AdminRoute } from "./admin-route.ts";

/** The configuration that is in force, with its defaults, and without what is secret. */
export function configRoute(live: { readonly config: GatewayConfig }): AdminRoute {
  return {
    method: "GET",
    path: "/config",
    summary: "See the configuration in force; durations in milliseconds, sizes in bytes.",
    answer: z.record(z.string(), z.unknown()),
    failures: [],
    handle: () => redacted(live.config),
  };
}

function redacted(config: GatewayConfig): object {
  const security = Object.entries(config.security).filter(([, value]) => value !== undefined);
  return {
    ...config,
    store: { ...config.store, url: shownStoreUrl(config.store.url) },
    security: Object.fromEntries(security.map(([name]) => [name, "(hidden)"])),
  };
}
