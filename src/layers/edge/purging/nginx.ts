import { type PurgeAdapter, verdictOf } from "./purge-adapter.ts";

/**
 * nginx with the configuration of `ops/edge/nginx`. The nginx that everybody has cannot purge, but it can replace: a request
 * through a server block that shares the cache and its key, and that passes by what is stored (`proxy_cache_bypass`), stores
 * what it gets in its place. That block gets a stub which was too old from the start (`X-Accel-Expires: @1`), so the next
 * reader makes nginx ask the gateway. See https://nginx.org/en/docs/http/ngx_http_proxy_module.html. It knows no labels:
 * whoever purges names the paths.
 */

export interface NginxOptions {
  /** Where the server block for purges listens, such as `http://127.0.0.1:6082`. */
  readonly url: string;
  readonly secret: string;
}

export function nginx({ url, secret }: NginxOptions): PurgeAdapter {
  const headers = { authorization: `Bearer ${secret}` };
  return {
    kind: "nginx",
    pace: undefined,
    requests: ({ urls }) => urls.map((path) => ({ method: "GET", url: url + path, headers })),
    // The stub says 503, to be told from an answer; it is marked, to be told from an nginx in trouble.
    read: (reply) => (reply.headers["x-purged"] === "1" ? { kind: "done" } : notPurged(reply)),
  };
}

function notPurged(reply: Parameters<PurgeAdapter["read"]>[0]): ReturnType<PurgeAdapter["read"]> {
  const verdict = verdictOf(reply);
  if (verdict.kind !== "done") return verdict;
  return { kind: "again", reason: `status ${reply.status} without X-Purged: this is not the server block for purges` };
}
