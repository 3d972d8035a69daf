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
    ...(withoutSecrets(config) as object),
    store: { ...config.store, url: shownStoreUrl(config.store.url) },
    security: Object.fromEntries(security.map(([name]) => [name, "(hidden)"])),
  };
}

/** Options that are secret wherever they stand; those of `security` all are. */
const secretNames: ReadonlySet<string> = new Set([
  ...["apiKey", "secret", "token", "accessKeyId", "secretAccessKey", "sessionToken"],
]);

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) =>
    secretNames.has(name) && typeof member === "string" ? [name, "(hidden)"] : [name, withoutSecrets(member)],
  );
  return Object.fromEntries(members);
}
