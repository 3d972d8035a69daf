import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Directives, defaultDirectives, directiveHeaders, isDirectiveHeader } from "../core/directives.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { readDirectives } from "./directives.ts";

const seed = 20_260_101;

const refused = { read: false, write: false, noStore: true };
const refreshed = { read: false, refresh: true };

describe("each field", () => {
  test.each<[Record<string, string>, Partial<Directives>]>([
    [{ "cache-control": "" }, {}],
    [{ "cache-control": 'no-transform, stale-if-error=60, made-up="x, no-store"' }, {}],
    [{ "cache-control": "max-age=60" }, { maxAgeMs: 60_000 }],
    [{ "cache-control": "MAX-AGE=0" }, { maxAgeMs: 0 }],
    [{ "cache-control": 'max-age="60"' }, { maxAgeMs: 60_000 }],
    [{ "cache-control": "max-age=99999999999999999999" }, { maxAgeMs: 2 ** 31 * 1000 }],
    [{ "cache-control": "max-age=60, max-age=30, max-age=90" }, { maxAgeMs: 30_000 }],
    [{ "cache-control": "max-stale" }, { maxStaleMs: Number.POSITIVE_INFINITY }],
    [{ "cache-control": "max-stale=5" }, { maxStaleMs: 5000 }],
    [{ "cache-control": "max-stale=5, max-stale" }, { maxStaleMs: 5000 }],
    [{ "cache-control": "max-stale, max-stale=7, max-stale=5" }, { maxStaleMs: 5000 }],
    [{ "cache-control": "min-fresh=5, min-fresh=9, min-fresh=7" }, { minFreshMs: 9000 }],
    [{ "cache-control": "only-if-cached" }, { onlyIfCached: true }],
    [{ "cache-control": "No-Cache" }, refreshed],
    [{ "cache-control": "no-store" }, refused],
    [{ "cache-control": "no-cache, no-store, max-age=0" }, { ...refused, maxAgeMs: 0 }],
    [{ pragma: "no-cache" }, {}],
    [{ "x-ai-cache": "off" }, refused],
    [{ "x-ai-cache": " Off\t" }, refused],
    [{ "x-ai-cache": "read" }, { write: false }],
    [{ "x-ai-cache": "write" }, { read: false }],
    [{ "x-ai-cache": "read-write" }, {}],
    [{ "x-ai-cache": "refresh" }, refreshed],
    [{ "x-ai-cache-ttl": "90" }, { ttlMs: 90_000 }],
    [{ "x-ai-cache-ttl": "0" }, { ttlMs: 0, write: false }],
    [{ "x-ai-cache-layers": "exact" }, { layers: new Set(["exact"] as const) }],
    [{ "x-ai-cache-layers": "Semantic,exact , ,exact" }, { layers: new Set(["semantic", "exact"] as const) }],
    [{ "x-ai-cache-threshold": "0.97" }, { threshold: 0.97 }],
    [{ "x-ai-cache-threshold": "0" }, { threshold: 0 }],
    [{ "x-ai-cache-threshold": "1.0" }, { threshold: 1 }],
    [{ "x-ai-cache-namespace": "Team:A/b".replace("/", ".") }, { namespace: "Team:A.b" }],
    [{ "x-ai-cache-version": "v2-rc_1" }, { version: "v2-rc_1" }],
    [{ "x-ai-cache-tags": "doc:42" }, { tags: ["doc:42"] }],
    [{ "x-ai-cache-tags": "b, a,b,,c" }, { tags: ["a", "b", "c"] }],
    [{ "x-ai-cache-variant": "0" }, { variant: 0 }],
    [{ "x-ai-cache-variant": "999" }, { variant: 999 }],
    [{ "x-ai-user": "ada@example.org (admin)" }, { user: "ada@example.org (admin)" }],
    [{ "x-ai-cache-unknown": "", authorization: "Bearer x" }, {}],
  ])("%j", (headers, expected) => {
    expect(readDirectives(headers)).toEqual({ ...defaultDirectives, ...expected });
  });
});

describe("of two wishes the one that caches less wins", () => {
  test.each<[string, string, Partial<Directives>]>([
    ["no-store", "read-write", refused],
    ["no-store", "refresh", refused],
    ["no-cache", "off", refused],
    ["no-cache", "read", { read: false, write: false }],
    ["no-cache", "write", refreshed],
    ["no-cache", "read-write", refreshed],
    ["no-cache", "refresh", refreshed],
    ["max-age=5", "write", { read: false, maxAgeMs: 5000 }],
    ["only-if-cached", "off", { ...refused, onlyIfCached: true }],
  ])("Cache-Control: %s and X-AI-Cache: %s", (control, wish, expected) => {
    const headers = { "cache-control": control, "x-ai-cache": wish };
    expect(readDirectives(headers)).toEqual({ ...defaultDirectives, ...expected });
  });

  test("a ttl of zero takes the point out of refreshing", () => {
    expect(readDirectives({ "x-ai-cache": "refresh", "x-ai-cache-ttl": "0" })).toMatchObject({
      read: false,
      write: false,
      refresh: false,
      noStore: false,
    });
  });
});

describe("what breaks its rule", () => {
  test.each<[string, string, string]>([
    ["cache-control", "no-store; max-age=1", "Cache-Control"],
    ["cache-control", "max-age", "Cache-Control"],
    ["cache-control", "max-age=", "Cache-Control"],
    ["cache-control", "max-age=-1", "Cache-Control"],
    ["cache-control", "max-age=1.5", "Cache-Control"],
    ["cache-control", "max-age=60, max-age=x", "Cache-Control"],
    ["cache-control", 'max-age=""', "Cache-Control"],
    ["cache-control", "min-fresh", "Cache-Control"],
    ["cache-control", "min-fresh=soon", "Cache-Control"],
    ["cache-control", "max-stale=soon", "Cache-Control"],
    ["x-ai-cache", "", "X-AI-Cache"],
    ["x-ai-cache", "on", "X-AI-Cache"],
    ["x-ai-cache", "read, write", "X-AI-Cache"],
    ["x-ai-cache-ttl", "", "X-AI-Cache-TTL"],
    ["x-ai-cache-ttl", "-1", "X-AI-Cache-TTL"],
    ["x-ai-cache-ttl", "1h", "X-AI-Cache-TTL"],
    ["x-ai-cache-ttl", "60, 30", "X-AI-Cache-TTL"],
    ["x-ai-cache-layers", " ", "X-AI-Cache-Layers"],
    ["x-ai-cache-layers", ",,", "X-AI-Cache-Layers"],
    ["x-ai-cache-layers", "exact,redis", "X-AI-Cache-Layers"],
    ["x-ai-cache-threshold", "", "X-AI-Cache-Threshold"],
    ["x-ai-cache-threshold", "1.01", "X-AI-Cache-Threshold"],
    ["x-ai-cache-threshold", "-0.1", "X-AI-Cache-Threshold"],
    ["x-ai-cache-threshold", "97%", "X-AI-Cache-Threshold"],
    ["x-ai-cache-threshold", "NaN", "X-AI-Cache-Threshold"],
    ["x-ai-cache-threshold", ".9", "X-AI-Cache-Threshold"],
    ["x-ai-cache-namespace", "", "X-AI-Cache-Namespace"],
    ["x-ai-cache-namespace", "a/b", "X-AI-Cache-Namespace"],
    ["x-ai-cache-namespace", "a".repeat(129), "X-AI-Cache-Namespace"],
    ["x-ai-cache-version", "a b", "X-AI-Cache-Version"],
    ["x-ai-cache-version", "é", "X-AI-Cache-Version"],
    ["x-ai-cache-tags", "", "X-AI-Cache-Tags"],
    ["x-ai-cache-tags", ",", "X-AI-Cache-Tags"],
    ["x-ai-cache-tags", "a\u00a0", "X-AI-Cache-Tags"],
    ["x-ai-cache-tags", "Doc", "X-AI-Cache-Tags"],
    ["x-ai-cache-tags", "a".repeat(65), "X-AI-Cache-Tags"],
    ["x-ai-cache-tags", Array.from({ length: 51 }, (_, index) => `t${index}`).join(), "X-AI-Cache-Tags"],
    ["x-ai-cache-variant", "", "X-AI-Cache-Variant"],
    ["x-ai-cache-variant", "1000", "X-AI-Cache-Variant"],
    ["x-ai-cache-variant", "-1", "X-AI-Cache-Variant"],
    ["x-ai-prompt", "hotel", "X-AI-Prompt"],
    ["x-ai-user", "", "X-AI-User"],
    ["x-ai-user", "a".repeat(257), "X-AI-User"],
    ["x-ai-user", "a\u0000b", "X-AI-User"],
    ["x-ai-user", "jos\u00e9", "X-AI-User"],
  ])("%s: %s", (name, value, param) => {
    expect(() => readDirectives({ [name]: value })).toThrow(RequestRejectedError);
    try {
      readDirectives({ [name]: value });
    } catch (error) {
      expect(error).toMatchObject({ status: 400, code: "invalid_header", param });
      expect((error as Error).message.startsWith(`${param} `)).toBe(true);
    }
  });

  test("50 tags and labels of 128 characters are within the rule", () => {
    const tags = Array.from({ length: 50 }, (_, index) => `t${index}`);
    expect(readDirectives({ "x-ai-cache-tags": tags.join() }).tags).toHaveLength(50);
    expect(readDirectives({ "x-ai-cache-namespace": "a".repeat(128) }).namespace).toHaveLength(128);
    expect(readDirectives({ "x-ai-user": "a".repeat(256) }).user).toHaveLength(256);
  });

  test("the message shows what was given, short and harmless", () => {
    expect(() => readDirectives({ "x-ai-cache-ttl": "1\u001b[2J\u2028\ud800h" })).toThrow(
      'X-AI-Cache-TTL must be a whole number of seconds, 0 or more; given: "1\\u{1b}[2J\\u{2028}\\u{d800}h".',
    );
    expect(() => readDirectives({ "x-ai-cache": "x".repeat(10_000) })).toThrow(
      `X-AI-Cache must be one of off, read, write, read-write, refresh; given: "${"x".repeat(60)}…".`,
    );
  });
});

test("long runs of anything cost no more than their length", () => {
  for (const part of [" ", "\t ", ",", " ,", "a ", "0", "a,"]) {
    for (const name of directiveHeaders) {
      const value = `a${part.repeat(100_000)}A`;
      try {
        readDirectives({ [name]: value });
      } catch (error) {
        expect(error).toBeInstanceOf(RequestRejectedError);
      }
    }
  }
});

test("a request that asks for nothing gets the frozen default itself", () => {
  expect(readDirectives({})).toBe(defaultDirectives);
  expect(readDirectives({ accept: "*/*", "x-ai-cache": undefined })).toBe(defaultDirectives);
  expect(Object.isFrozen(defaultDirectives)).toBe(true);
  expect(Object.isFrozen(defaultDirectives.tags)).toBe(true);
  expect(Object.isFrozen(readDirectives({ "x-ai-cache": "read" }))).toBe(true);
});

test("the fields that are read are among those that are stripped", () => {
  for (const name of directiveHeaders) expect(isDirectiveHeader(name)).toBe(true);
  expect(isDirectiveHeader("x-ai-cache-whatever")).toBe(true);
  for (const name of ["authorization", "x-ai-model", "cache-status"]) expect(isDirectiveHeader(name)).toBe(false);
});

test("arbitrary text is either read, with its invariants, or refused", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          "no-store",
          "no-cache",
          "max-age",
          "max-stale",
          "=",
          "1",
          ",",
          " ",
          '"',
          "read",
          "off",
          "exact",
          "a",
          "0",
          ".",
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join("")),
    fc.constantFrom("read", "write", "refresh", "off", "read-write", "0", "1", "exact"),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...directiveHeaders), text, { maxKeys: 3 }), (headers) => {
      let directives: Directives;
      try {
        directives = readDirectives(headers);
      } catch (error) {
        expect(error).toBeInstanceOf(RequestRejectedError);
        return;
      }
      if (directives.noStore) expect(directives.read || directives.write).toBe(false);
      if (directives.refresh) expect(directives.write && !directives.read).toBe(true);
      if (directives.ttlMs === 0) expect(directives.write).toBe(false);
      for (const duration of [directives.maxAgeMs, directives.maxStaleMs, directives.minFreshMs, directives.ttlMs]) {
        expect(duration ?? 0).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed, numRuns: 2000 },
  );
});
