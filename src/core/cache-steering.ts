/**
 * What an answer says to caches in front of the gateway (RFC 9111, RFC 9213). Unless it is published it is for the one
 * who asked, and nobody keeps it: `private, no-store`. Some servers keep answers to authorised requests all the same when
 * they are told to do so by a field of their own, so whatever an origin says to them stays here.
 */

/** Who asks makes the answer: credentials in any of these. For caches that were told to overlook `no-store`. */
const ownedBy = "Authorization, Cookie, X-Api-Key, Api-Key, X-Goog-Api-Key";

export const privateFields = Object.freeze({ "cache-control": "private, no-store", vary: ownedBy });

const steering: ReadonlySet<string> = new Set([
  "cache-control",
  "expires",
  "pragma",
  "age",
  // Fastly, Varnish and others
  "surrogate-control",
  "surrogate-key",
  "xkey",
  "x-key",
  // Cloudflare, Akamai
  "cache-tag",
  "cache-tags",
  "edge-cache-tag",
  "edge-control",
  // RFC 9875, and the draft of No-Vary-Search
  "cache-groups",
  "cache-group-invalidation",
  "no-vary-search",
  // nginx: how long to keep it, and what of its own to send in its place
  "x-accel-expires",
  "x-accel-redirect",
]);

/** Whether a field of an answer (lower-case name) tells a cache or a server in front of us what to do with it. */
export function steersCaches(name: string): boolean {
  // RFC 9213: a field of this form for each who is meant, such as `Cloudflare-CDN-Cache-Control`.
  return steering.has(name) || name.endsWith("-cache-control");
}
