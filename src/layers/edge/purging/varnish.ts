import { inPieces, type PurgeAdapter, type PurgeRequest, verdictOf } from "./purge-adapter.ts";

/**
 * Varnish with the VCL of `ops/edge/varnish`: the method PURGE, a secret, and what to forget. Labels go through vmod_xkey
 * (https://github.com/varnish/varnish-modules/blob/master/src/vmod_xkey.vcc), which finds the objects by an index; one
 * path is purged as such; everything is a ban, which Varnish tests against what it has as that is asked for.
 */

export interface VarnishOptions {
  /** Where Varnish listens, such as `http://127.0.0.1:6081`. */
  readonly url: string;
  readonly secret: string;
}

/** Varnish reads a header of 8 KB; labels have 64 characters at most. */
const labelsAtOnce = 64;

export function varnish({ url, secret }: VarnishOptions): PurgeAdapter {
  const purge = (path: string, headers: Readonly<Record<string, string>>): PurgeRequest => ({
    method: "PURGE",
    url: url + path,
    headers: { authorization: `Bearer ${secret}`, ...headers },
  });
  return {
    kind: "varnish",
    pace: undefined,
    requests({ tags, urls, all }) {
      if (all) return [purge("/", { "x-purge-all": "1" })];
      return [
        ...inPieces(tags, labelsAtOnce).map((labels) => purge("/", { "x-purge-labels": labels.join(" ") })),
        ...urls.map((path) => purge(path, {})),
      ];
    },
    read: verdictOf,
  };
}
