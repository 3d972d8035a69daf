import { describe, expect, it } from "vitest";
import { directiveHeaders } from "../core/directives.ts";
import { classifyHeader, type HeaderUse, readQuery } from "./scope.ts";

const keyed = ["openai-beta", "anthropic-version"];

const table: Readonly<Record<HeaderUse, readonly string[]>> = {
  credential: [
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
    "x-functions-key",
    "cookie",
    "cf-aig-authorization",
    "cf-access-client-id",
    "cf-access-client-secret",
    "cf-access-token",
    "fastly-key",
    "helicone-auth",
    "x-portkey-api-key",
    "x-portkey-virtual-key",
    "x-amz-security-token",
    "x-goog-iam-authority-selector",
    "x-auth-request-user",
    "x-upstream-authorization",
    "x-client-secret",
    "secret",
    "x_session_token",
  ],
  keyed: [
    "openai-beta",
    "anthropic-version",
    "openai-organization",
    "x-custom",
    "x-feature",
    "x-cache",
    "accepted",
    "x-secretary",
    "x-keyboard",
    "x-tokens-left",
    "monkey",
    "cf-aig-metadata",
    "cf-custom-of-the-caller",
  ],
  neutral: [
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
    "x-stainless-retry-count",
    "x-b3-traceid",
  ],
  drop: [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "expect",
    "date",
    "content-length",
    "content-encoding",
    "content-type",
    "content-md5",
    "accept-encoding",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
    "accept-language",
    "origin",
    "referer",
    "dnt",
    "priority",
    "upgrade-insecure-requests",
    "save-data",
    "sec-fetch-mode",
    "sec-ch-ua",
    "forwarded",
    "via",
    "x-real-ip",
    "true-client-ip",
    "cdn-loop",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "baggage",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-amz-cf-id",
    "x-varnish",
    "x-timer",
    "fastly-client-ip",
    "fastly-ff",
    "fastly-ssl",
    "x-azure-ref",
    "akamai-origin-hop",
    "x-envoy-external-address",
    "x-envoy-expected-rq-timeout-ms",
    "x-original-forwarded-for",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-scheme",
    "fly-request-id",
    "cf-connecting-ip",
    "cf-ray",
    "cf-visitor",
    "cf-worker",
    "cf-ew-via",
    "cf-ipcountry",
    "cf-ipcity",
    "cf-access-jwt-assertion",
    "cf-access-authenticated-user-email",
    "access-control-request-method",
    "x-ai-cache",
    "x-ai-cache-anything",
    "x-ai-tenant",
    "x-ai-proxy-secret",
  ],
};

describe("classifyHeader", () => {
  for (const [use, names] of Object.entries(table)) {
    it.each(names)(`%s is ${use}`, (name) => {
      expect(classifyHeader(name, keyed)).toBe(use);
    });
  }

  it("lets the protocol key what would be anything else", () => {
    for (const name of ["authorization", "accept", "range", "x-forwarded-for"])
      expect(classifyHeader(name, [name])).toBe("keyed");
  });

  it("takes what speaks to the cache for neither a credential nor neutral", () => {
    for (const name of directiveHeaders) expect(["credential", "neutral"]).not.toContain(classifyHeader(name, keyed));
  });
});

describe("readQuery", () => {
  it("tells credentials from what counts and from what only chooses a form", () => {
    expect(readQuery("?key=AIza1&alt=sse&api-version=1&access_token=t", ["alt"])).toEqual({
      credentials: ["key=AIza1", "access_token=t"],
      keyed: "?api-version=1",
    });
  });

  it("keeps what it does not know as it was written, order included", () => {
    for (const query of ["?b=2&a=1", "?%6bey=x", "?", "?=&&a", "?beta=true"]) {
      expect(readQuery(query, [])).toEqual({ credentials: [], keyed: query === "" ? "" : query });
    }
    expect(readQuery("", ["alt"])).toEqual({ credentials: [], keyed: "" });
  });
});
