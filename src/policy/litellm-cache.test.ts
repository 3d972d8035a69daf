import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../core/canonical-json.ts";
import { type Directives, defaultDirectives } from "../core/directives.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { narrowed, readDirectives } from "./directives.ts";
import { bodyOpener, takeLiteLlmCache } from "./litellm-cache.ts";

const open = (text: string) => {
  const { body, ask } = takeLiteLlmCache(Buffer.from(text, "utf8"));
  return { text: Buffer.from(body).toString("utf8"), ask };
};
const asked = (cache: object | null, directives = defaultDirectives): Directives =>
  narrowed(directives, open(JSON.stringify({ model: "m", cache })).ask ?? (() => {}));
const refused = { read: false, write: false, noStore: true };

describe("what it asks", () => {
  test.each<[object | null, Partial<Directives>]>([
    [null, {}],
    [{}, {}],
    [{ "use-cache": true }, {}],
    [{ "use-cache": false }, refused],
    [{ "no-cache": true }, { read: false, refresh: true }],
    [{ "no-store": true }, refused],
    [{ "no-cache": true, "no-store": true }, refused],
    [{ "no-cache": false, "no-store": null }, {}],
    [{ ttl: 300 }, { ttlMs: 300_000 }],
    [{ ttl: 0 }, { ttlMs: 0, write: false }],
    [{ "s-maxage": 600, "s-max-age": 60 }, { maxAgeMs: 60_000 }],
    [{ namespace: "my-namespace" }, { namespace: "my-namespace" }],
    [{ unknown: 1 }, {}],
  ])("%j", (cache, expected) => {
    expect(asked(cache)).toEqual({ ...defaultDirectives, ...expected });
  });

  test("of two wishes the one that caches less wins", () => {
    const headers = readDirectives({
      "x-ai-cache-ttl": "60",
      "x-ai-cache": "read",
      "cache-control": "max-age=30",
      "x-ai-cache-namespace": "n",
    });
    expect(asked({ ttl: 300, "s-maxage": 90, "no-cache": true, namespace: "n" }, headers)).toEqual({
      ...defaultDirectives,
      ttlMs: 60_000,
      maxAgeMs: 30_000,
      read: false,
      write: false,
      namespace: "n",
    });
    expect(() => asked({ namespace: "other" }, headers)).toThrow(/'cache.namespace' must not differ/);
  });
});

describe("a member that breaks its rule is refused by its name and the rule", () => {
  test.each<[unknown, string]>([
    ["no-store", "cache"],
    [true, "cache"],
    [[], "cache"],
    [{ ttl: "300" }, "cache.ttl"],
    [{ ttl: -1 }, "cache.ttl"],
    [{ ttl: 1.5 }, "cache.ttl"],
    [{ "s-maxage": true }, "cache.s-maxage"],
    [{ "no-cache": 1 }, "cache.no-cache"],
    [{ "no-store": "true" }, "cache.no-store"],
    [{ "use-cache": "yes" }, "cache.use-cache"],
    [{ namespace: "" }, "cache.namespace"],
    [{ namespace: "two words" }, "cache.namespace"],
  ])("%j", (cache, param) => {
    const attempt = () => open(JSON.stringify({ cache }));
    expect(attempt).toThrow(RequestRejectedError);
    expect(attempt).toThrow(expect.objectContaining({ code: "invalid_request", param, status: 400 }));
    expect(attempt).toThrow(`'${param}' must be`);
  });
});

describe("what is left of the body", () => {
  test("all other members, in their order and with their numbers", () => {
    const { text, ask } = open('{"z":12345678901234567890,"cache":{"ttl":1},"a":{"y":1,"b":["\\u00e9",1.50]}}');
    expect(text).toBe('{"z":12345678901234567890,"a":{"y":1,"b":["é",1.5]}}');
    expect(ask).toBeDefined();
  });

  test("says what it said without the field, whatever else is in it and wherever it stands", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), fc.nat(), (members, place) => {
        const others = Object.entries(members).filter(([name]) => name !== "cache");
        const all = others.toSpliced(place % (others.length + 1), 0, ["cache", { ttl: 1 }]);
        const write = (entries: readonly (readonly [string, unknown])[]): string =>
          `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;
        const left = parseJson(open(write(all)).text);
        expect(left).toEqual(parseJson(write(others)));
        expect([...(left as ReadonlyMap<string, unknown>).keys()]).toEqual(others.map(([name]) => name));
      }),
      { seed: 20_260_101 },
    );
  });

  test("a name in escapes is the same name", () => {
    const { text, ask } = open('{"\\u0063ache":{"no-store":true},"model":"m"}');
    expect([text, typeof ask]).toEqual(['{"model":"m"}', "function"]);
  });

  test.each([
    '{"model":"m"}',
    '{"model":"m","messages":[{"content":"the \\"cache\\" and \\u00e9"}]}',
    '{"metadata":{"cache":{"no-store":true}}}',
    '["cache"]',
    '{"cache":{}',
    '{"cache":{},"cache":{}}',
    "",
  ])("untouched without one at the top, or where it is not strict JSON: %s", (text) => {
    const body = Buffer.from(text, "utf8");
    expect(takeLiteLlmCache(body)).toEqual({ body, ask: undefined });
    expect(takeLiteLlmCache(body).body).toBe(body);
  });

  test("untouched where LiteLLM is not understood", () => {
    const body = Buffer.from('{"cache":{"no-store":true}}', "utf8");
    expect(bodyOpener(["cloudflare"])(body)).toEqual({ body, ask: undefined });
    expect(bodyOpener(["litellm"])(body).ask).toBeDefined();
  });
});
