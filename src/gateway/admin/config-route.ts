import { z } from "zod";
import { shownStoreUrl } from "../../stores/store-url.ts";
import type { GatewayConfig } from "../config.ts";
import { withoutSecrets } from "../secrets.ts";
import type { AdminRoute } from "./admin-route.ts";

/** The configuration that is in force, with its defaults, and without what is secret. */
export function configRoute(live: { readonly config: GatewayConfig }): AdminRoute {
  return {
    method: "GET",
    path: "/config",
    summary: "See the configuration in force; durations in milliseconds, sizes in bytes.",
    answer: z.record(z.string(), z.unknown()),
    failures: [],
    handle: () => ({
      ...(withoutSecrets(live.config) as object),
      store: { ...live.config.store, url: shownStoreUrl(live.config.store.url) },
    }),
  };
}
