import { inPieces, type PurgeAdapter, type PurgePace, type PurgeRequest, verdictOf } from "./purge-adapter.ts";

/**
 * Cloudflare's API (https://developers.cloudflare.com/cache/how-to/purge-cache/): a request names at most a hundred labels or
 * URLs. Its limits are those of a bucket of tokens, by plan of the account.
 */

export const cloudflarePlans = {
  free: { burst: 25, everyMs: 12_000 },
  pro: { burst: 25, everyMs: 200 },
  business: { burst: 50, everyMs: 100 },
  enterprise: { burst: 500, everyMs: 20 },
} as const satisfies Readonly<Record<string, PurgePace>>;

export type CloudflarePlan = keyof typeof cloudflarePlans;

export interface CloudflareOptions {
  readonly zone: string;
  /** An API token that may purge the cache of the zone. */
  readonly token: string;
  /** What visitors see, such as `https://www.example.com`. */
  readonly site: string;
  readonly plan: CloudflarePlan;
  /** Default: that of Cloudflare. */
  readonly url?: string | undefined;
}

const operationsAtOnce = 100;

export function cloudflare({ zone, token, site, plan, url }: CloudflareOptions): PurgeAdapter {
  const endpoint = `${url ?? "https://api.cloudflare.com/client/v4"}/zones/${encodeURIComponent(zone)}/purge_cache`;
  const purge = (what: object): PurgeRequest => ({
    method: "POST",
    url: endpoint,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(what),
  });
  return {
    kind: "cloudflare",
    pace: cloudflarePlans[plan],
    requests({ tags, urls, all }) {
      if (all) return [purge({ purge_everything: true })];
      return [
        ...inPieces(tags, operationsAtOnce).map((labels) => purge({ tags: labels })),
        ...inPieces(urls, operationsAtOnce).map((paths) => purge({ files: paths.map((path) => site + path) })),
      ];
    },
    read(reply) {
      const verdict = verdictOf(reply);
      if (verdict.kind !== "done" || /"success"\s*:\s*true/.test(reply.body)) return verdict;
      return { kind: "again", reason: `status ${reply.status} without success` };
    },
  };
}
