import { RequestRejectedError } from "../core/errors.ts";
import { hopByHop } from "../core/hop-by-hop.ts";

/**
 * What each request header means. On a call that may be answered from the cache every header is exactly one of:
 *
 * - `credential`: forwarded; together they make the tenant, so callers with different ones never share.
 * - `keyed`: forwarded and part of the key. Every header not known here is, as every unknown body field is.
 * - `neutral`: forwarded, not keyed: it cannot change an answer (tracing, client identification).
 * - `drop`: neither: it belongs to the connection, to a proxy in front of us, or to the cache itself.
 */
export type HeaderUse = "credential" | "keyed" | "neutral" | "drop";

const credentials = new Set(["cookie", "cf-access-client-id"]);
/**
 * Names that speak of a secret: `authorization`, `x-api-key`, `helicone-auth`, `x-amz-security-token`. To take a harmless
 * field for a credential costs a tenant of its own, which is what keying it would come to; the other way round costs more.
 */
const credentialName = /auth|(?:^|[-_])(?:(?:api)?key|token|secret|password|jwt)$/;

const neutral = new Set([
  "accept",
  "user-agent",
  "http-referer",
  "x-title",
  "idempotency-key",
  "x-request-id",
  "x-correlation-id",
  "x-client-request-id",
  "x-goog-api-client",
  "x-server-timeout",
  "traceparent",
  "tracestate",
  "b3",
  "sentry-trace",
]);
const neutralPrefixes = ["x-stainless-", "x-b3-"];

const dropped = new Set([
  ...hopByHop,
  // what describes the bytes of this connection
  "host",
  "expect",
  "date",
  "content-length",
  "content-encoding",
  "content-type",
  "content-md5",
  "accept-encoding",
  // conditional and partial requests make no sense for a computed answer
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "range",
  // browsers
  "accept-language",
  "origin",
  "referer",
  "dnt",
  "priority",
  "upgrade-insecure-requests",
  "save-data",
  // proxies in front of us
  "forwarded",
  "via",
  "x-real-ip",
  "true-client-ip",
  "cdn-loop",
  "cf-ray",
  "cf-visitor",
  "cf-worker",
  "cf-ew-via",
  "cf-request-id",
  "cf-warp-tag-id",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "cf-connecting-o2o",
  "cf-pseudo-ipv4",
  "cf-region",
  "cf-region-code",
  "cf-metro-code",
  "cf-postal-code",
  "cf-timezone",
  "cf-access-jwt-assertion",
  "cf-access-authenticated-user-email",
  "x-amzn-trace-id",
  "x-amz-cf-id",
  "x-cloud-trace-context",
  "x-varnish",
  "x-timer",
  "fastly-client",
  "fastly-client-ip",
  "fastly-client-port",
  "fastly-ff",
  "fastly-orig-accept-encoding",
  "fastly-ssl",
  "fastly-temp-xff",
  "x-azure-clientip",
  "x-azure-fdid",
  "x-azure-ref",
  "x-azure-requestchain",
  "x-azure-socketip",
  "x-fd-healthprobe",
  "akamai-origin-hop",
  "x-akamai-edgescape",
  "x-akamai-request-id",
  "x-envoy-attempt-count",
  "x-envoy-expected-rq-timeout-ms",
  "x-envoy-external-address",
  "x-envoy-internal",
  "x-original-forwarded-for",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-forwarded",
  "x-scheme",
  "x-vercel-id",
  "fly-client-ip",
  "fly-region",
  "fly-request-id",
  "baggage",
]);
/** What a proxy in front says to us of who asks, whether or not it is listened to. */
const ofProxies = ["x-ai-tenant", "x-ai-proxy-"];
const droppedPrefixes = ["sec-", "x-forwarded-", "cf-ip", "x-ai-cache", ...ofProxies, "access-control-"];

/** The query of a call, taken apart. */
export interface QueryReading {
  /** Names and values of parameters that are credentials (`key`, `access_token`), as written. */
  readonly credentials: readonly string[];
  /** What belongs to the key: all other parameters as they were written, without those of `unkeyed`. */
  readonly keyed: string;
}

const emptyQuery: QueryReading = { credentials: [], keyed: "" };

/** `query` with its `?`, or "". A name that is not plain is keyed as it stands. */
export function readQuery(query: string, unkeyed: readonly string[]): QueryReading {
  if (query === "") return emptyQuery;
  const credentials: string[] = [];
  const keyed: string[] = [];
  for (const parameter of query.slice(1).split("&")) {
    const equalsAt = parameter.indexOf("=");
    const name = equalsAt < 0 ? parameter : parameter.slice(0, equalsAt);
    if (credentialName.test(name.toLowerCase())) credentials.push(parameter);
    else if (!unkeyed.includes(name)) keyed.push(parameter);
  }
  return { credentials, keyed: keyed.length === 0 ? "" : `?${keyed.join("&")}` };
}

/** `name` in lower case; `keyedHeaders`: what the protocol keys in any case. */
export function classifyHeader(name: string, keyedHeaders: readonly string[]): HeaderUse {
  if (keyedHeaders.includes(name)) return "keyed";
  if (dropped.has(name) || droppedPrefixes.some((prefix) => name.startsWith(prefix))) return "drop";
  if (neutral.has(name) || neutralPrefixes.some((prefix) => name.startsWith(prefix))) return "neutral";
  return credentials.has(name) || credentialName.test(name) ? "credential" : "keyed";
}

const traceParent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Of what is forwarded, that which nobody can make an origin refuse without changing the key. The name of a trace may stay. */
export function withoutNeutral(
  forwarded: Readonly<Record<string, string>>,
  keyedHeaders: readonly string[],
): Readonly<Record<string, string>> {
  const isKept = ([name, value]: [string, string]) =>
    classifyHeader(name, keyedHeaders) !== "neutral" || (name === "traceparent" && traceParent.test(value));
  return Object.freeze(Object.fromEntries(Object.entries(forwarded).filter(isKept)));
}

/** A credential, or the host, that stands there more than once: of two, one was put there by somebody else. */
export function repeatedField(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    // Clients may part their cookies. RFC 9112 section 3.2: there is one host.
    if (name === "cookie" || (name !== "host" && classifyHeader(name, []) !== "credential")) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** Throws `RequestRejectedError`. */
export function assertFieldsOnce(rawHeaders: readonly string[]): void {
  const param = repeatedField(rawHeaders);
  if (param === undefined) return;
  throw new RequestRejectedError({
    code: "repeated_field",
    param,
    message: `The header field ${param.slice(0, 64)} stands in the request more than once.`,
    remedy: "Send it once.",
  });
}
