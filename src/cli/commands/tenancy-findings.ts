import type { GatewayConfig } from "../../gateway/config.ts";
import type { Finding } from "./finding.ts";

type Checked = Pick<GatewayConfig, "tenancy" | "upstreams" | "store">;

/** Where callers' own credentials end at the gateway: whether upstreams are shown another, and whether keys last. */
export function checkTenancy({ tenancy: { mode }, upstreams, store }: Checked): Finding[] {
  const check = "tenancy";
  if (mode === "credential") return [];
  const detail = mode === "keys" ? "callers show virtual keys" : "a trusted proxy names tenants";
  const without = Object.entries(upstreams).filter(([, { apiKey, url }]) => apiKey === undefined && isFarAway(url));
  const lacking = without.map(([name]): Finding => {
    const remedy = `Set upstreams.${name}.apiKey, unless it wants none: credentials of callers end at the gateway.`;
    return { check, detail: `upstream ${name} is shown no key`, problem: { severity: "warning", remedy } };
  });
  return [{ check, detail }, ...(mode === "keys" ? forgetting(store.url) : []), ...lacking];
}

function forgetting(url: string): Finding[] {
  if (!/^(?:memory$|memcacheds?:)/.test(url)) return [];
  const remedy = "Choose SQLite, PostgreSQL, or a Redis that persists.";
  const detail = `the store (${url === "memory" ? url : "memcached"}) loses the keys when it ends, and all callers are refused`;
  return [{ check: "tenancy", detail, problem: { severity: "warning", remedy } }];
}

/** Engines of one's own are seldom reached by TLS, and seldom want a key. */
function isFarAway(url: string | undefined): boolean {
  return url?.startsWith("https:") === true;
}
