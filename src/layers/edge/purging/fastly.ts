import { inPieces, type PurgeAdapter, type PurgeRequest, verdictOf } from "./purge-adapter.ts";

/**
 * Fastly's API (https://www.fastly.com/documentation/reference/api/purging/): at most 256 surrogate keys a request. Purges are
 * hard: a soft one leaves the answer to be served stale, and what was unpublished must not be.
 */

export interface FastlyOptions {
  readonly service: string;
  /** An API token with the scopes `purge_select` and `purge_all`. */
  readonly token: string;
  /** What visitors see, such as `https://www.example.com`. */
  readonly site: string;
  /** Default: that of Fastly. */
  readonly url?: string | undefined;
}

const keysAtOnce = 256;

export function fastly({ service, token, site, url = "https://api.fastly.com" }: FastlyOptions): PurgeAdapter {
  const headers = { "fastly-key": token, accept: "application/json" };
  const ofService = `${url}/service/${encodeURIComponent(service)}`;
  const host = new URL(site).host;
  return {
    kind: "fastly",
    pace: undefined,
    requests({ tags, urls, all }): readonly PurgeRequest[] {
      if (all) return [{ method: "POST", url: `${ofService}/purge_all`, headers }];
      return [
        ...inPieces(tags, keysAtOnce).map((keys) => ({
          method: "POST",
          url: `${ofService}/purge`,
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify({ surrogate_keys: keys }),
        })),
        ...urls.map((path) => ({ method: "POST", url: `${url}/purge/${host}${path}`, headers })),
      ];
    },
    read: verdictOf,
  };
}
