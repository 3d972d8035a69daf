import { describe, expect, test } from "vitest";
import { type Directives, defaultDirectives } from "../core/directives.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { CompatHeaders, compatGateways, noCompatHeaders } from "./compat-headers.ts";
import { readDirectives } from "./directives.ts";

const all = new CompatHeaders(compatGateways);
const refused = { read: false, write: false, noStore: true };
const refreshed = { read: false, refresh: true };
const notSemantic = new Set(["exact", "embedding", "prefix", "edge"] as const);

const read = (headers: Readonly<Record<string, string>>) => readDirectives(headers, all.asks);

describe("each field", () => {
  test.each<[Record<string, string>, Partial<Directives>]>([
    [{ "cf-aig-cache-ttl": "3600" }, { ttlMs: 3_600_000 }],
    [{ "cf-cache-ttl": "60" }, { ttlMs: 60_000 }],
    [{ "cf-aig-skip-cache": "true" }, refused],
    [{ "cf-aig-skip-cache": "false" }, {}],
    [{ "cf-skip-cache": "TRUE" }, refused],
    [{ "cf-aig-cache-key": "mine" }, {}],
    [{ "helicone-cache-enabled": "true" }, {}],
    [{ "helicone-cache-enabled": "false" }, refused],
    [
      { "helicone-cache-enabled": "true", "cache-control": "max-age=60" },
      { ttlMs: 60_000, maxAgeMs: 60_000 },
    ],
    [{ "helicone-cache-save": "true" }, { read: false }],
    [{ "helicone-cache-read": "true" }, { write: false }],
    [{ "helicone-cache-read": "true", "helicone-cache-save": "true" }, {}],
    [{ "helicone-cache-read": "true", "helicone-cache-enabled": "true" }, {}],
    [{ "helicone-cache-read": "false" }, {}],
    [{ "helicone-cache-bucket-max-size": "3" }, {}],
    [{ "helicone-cache-seed": "user-123" }, {}],
    [{ "helicone-cache-ignore-keys": "request_id,timestamp" }, {}],
    [{ "x-portkey-cache-force-refresh": "True" }, refreshed],
    [{ "x-portkey-cache-namespace": "team" }, { namespace: "team" }],
    [{ "x-portkey-cache": "simple" }, { layers: notSemantic }],
    [{ "x-portkey-cache": '{"mode":"semantic","max_age":60}' }, { ttlMs: 60_000 }],
    [{ "x-portkey-config": "pc-basic-1a2b3c" }, {}],
    [{ "x-portkey-config": '{"retry":{"attempts":3}}' }, {}],
    [{ "x-portkey-config": '{"cache":null}' }, {}],
    [{ "x-portkey-config": '{"cache":"semantic"}' }, {}],
    [{ "x-portkey-config": '{"cache":{"mode":"simple","max_age":90}}' }, { layers: notSemantic, ttlMs: 90_000 }],
    [{ "x-portkey-config": '{"cache":{"max_age":null}}' }, {}],
    [{ "x-bf-cache-ttl": "30s" }, { ttlMs: 30_000 }],
    [{ "x-bf-cache-ttl": "1h30m" }, { ttlMs: 5_400_000 }],
    [{ "x-bf-cache-ttl": "45" }, { ttlMs: 45_000 }],
    [{ "x-bf-cache-threshold": "0.9" }, { threshold: 0.9 }],
    [{ "x-bf-cache-type": "direct" }, { layers: notSemantic }],
    [{ "x-bf-cache-type": "semantic" }, {}],
    [{ "x-bf-cache-no-store": "true" }, { write: false }],
    [{ "x-bf-cache-key": "session" }, {}],
    [{ "x-openrouter-cache": "true" }, {}],
    [{ "x-openrouter-cache": "false" }, refused],
    [{ "x-openrouter-cache-ttl": "600" }, { ttlMs: 600_000 }],
    [{ "x-openrouter-cache-clear": "true" }, refreshed],
  ])("%j", (headers, expected) => {
    expect(read(headers)).toEqual({ ...defaultDirectives, ...expected });
  });
});

describe("of two wishes the one that caches less wins", () => {
  test.each<[Record<string, string>, Partial<Directives>]>([
    [{ "x-ai-cache-ttl": "90", "cf-aig-cache-ttl": "60" }, { ttlMs: 60_000 }],
    [{ "x-ai-cache-ttl": "30", "cf-aig-cache-ttl": "60" }, { ttlMs: 30_000 }],
    [{ "cf-aig-cache-ttl": "0" }, { ttlMs: 0, write: false }],
    [{ "x-ai-cache": "read-write", "cf-aig-skip-cache": "true" }, refused],
    [{ "x-ai-cache": "off", "x-openrouter-cache": "true" }, refused],
    [
      { "x-ai-cache": "read", "x-portkey-cache-force-refresh": "true" },
      { read: false, write: false },
    ],
    [{ "x-ai-cache-threshold": "0.95", "x-bf-cache-threshold": "0.9" }, { threshold: 0.95 }],
    [{ "x-ai-cache-threshold": "0.9", "x-bf-cache-threshold": "0.95" }, { threshold: 0.95 }],
    [{ "x-ai-cache-layers": "semantic", "x-bf-cache-type": "direct" }, { layers: new Set() }],
    [{ "x-ai-cache-layers": "exact", "x-portkey-cache": "simple" }, { layers: new Set(["exact"] as const) }],
    [{ "x-ai-cache-namespace": "team", "x-portkey-cache-namespace": "team" }, { namespace: "team" }],
  ])("%j", (headers, expected) => {
    expect(read(headers)).toEqual({ ...defaultDirectives, ...expected });
  });
});

describe("a field that breaks its rule is refused by its name and the rule", () => {
  test.each([
    ["cf-aig-cache-ttl", "1h", "whole number of seconds"],
    ["cf-aig-skip-cache", "yes", "true or false"],
    ["Helicone-Cache-Enabled", "", "true or false"],
    ["Helicone-Cache-Bucket-Max-Size", "0", "from 1 to 999"],
    ["x-portkey-cache-force-refresh", "1", "true or false"],
    ["x-portkey-cache-namespace", "two words", "1 to 128 of the characters"],
    ["x-portkey-config", '{"cache":', "strict JSON"],
    ["x-portkey-config", '{"cache":{},"cache":{}}', "strict JSON"],
    ["x-portkey-config", '{"cache":{"mode":"fuzzy"}}', "simple or semantic"],
    ["x-portkey-config", '{"cache":[]}', "simple or semantic"],
    ["x-portkey-config", '{"cache":{"mode":"simple","max_age":"60"}}', "max_age"],
    ["x-portkey-config", '{"cache":{"mode":"simple","max_age":1.5}}', "max_age"],
    ["x-bf-cache-ttl", "soon", "duration"],
    ["x-bf-cache-threshold", "1.1", "from 0 to 1"],
    ["x-bf-cache-type", "Direct", "direct or semantic"],
    ["x-bf-cache-no-store", "on", "true or false"],
    ["X-OpenRouter-Cache-TTL", "-1", "whole number of seconds"],
  ])("%s: %s", (field, value, rule) => {
    const attempt = () => read({ [field.toLowerCase()]: value });
    expect(attempt).toThrow(RequestRejectedError);
    expect(attempt).toThrow(rule);
    expect(attempt).toThrow(expect.objectContaining({ code: "invalid_header", param: field, status: 400 }));
  });

  test("two namespaces at once", () => {
    expect(() => read({ "x-ai-cache-namespace": "a", "x-portkey-cache-namespace": "b" })).toThrow(/must not differ/);
  });
});

describe("what the origin gets", () => {
  const names = [
    "cf-aig-cache-key",
    "cf-aig-cache-whatever",
    "cf-skip-cache",
    "helicone-cache-seed",
    "x-portkey-cache-namespace",
    "x-bf-cache-no-store",
    "x-openrouter-cache-clear",
  ];

  test("nothing that is for a cache, and all else as it came", () => {
    for (const name of names) expect(all.forwarded(name, "x"), name).toBeUndefined();
    for (const name of ["cf-aig-metadata", "helicone-user-id", "x-portkey-provider", "x-bf-vk", "x-title"])
      expect(all.forwarded(name, "x")).toBe("x");
  });

  test("a config of Portkey without its cache, the rest in its order", () => {
    const forwarded = (value: string) => all.forwarded("x-portkey-config", value);
    expect(forwarded("pc-basic-1a2b3c")).toBe("pc-basic-1a2b3c");
    expect(forwarded('{"retry": {"attempts": 3}}')).toBe('{"retry": {"attempts": 3}}');
    expect(forwarded('{"z":1.0,"cache":{"mode":"simple"},"a":{"é":"\\n","big":12345678901234567890}}')).toBe(
      '{"z":1,"a":{"\\u00e9":"\\n","big":12345678901234567890}}',
    );
    expect(forwarded('{"cache":{"mode":"simple"}}')).toBeUndefined();
  });

  test("everything, of a gateway that is not understood", () => {
    for (const name of names) expect(noCompatHeaders.forwarded(name, "x")).toBe("x");
    expect(noCompatHeaders.asks).toEqual([]);
    const bifrost = new CompatHeaders(["bifrost"]);
    expect(bifrost.forwarded("cf-aig-cache-key", "x")).toBe("x");
    expect(bifrost.forwarded("x-portkey-config", '{"cache":{}}')).toBe('{"cache":{}}');
    expect(readDirectives({ "cf-aig-skip-cache": "true" }, bifrost.asks)).toBe(defaultDirectives);
  });
});

test("keys and seeds of the caller's own, and names to ignore, are part of the key", () => {
  for (const name of ["cf-aig-cache-key", "helicone-cache-seed", "helicone-cache-ignore-keys", "x-bf-cache-key"]) {
    expect(all.isPartition(name), name).toBe(true);
    expect(noCompatHeaders.isPartition(name), name).toBe(false);
  }
  expect(all.isPartition("cf-aig-cache-ttl")).toBe(false);
});
