import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cost } from "../core/cost.ts";
import { layerNames } from "../core/directives.ts";
import type { Outcome, Stored } from "../core/outcome.ts";
import { bypassReasons, missReasons, storeRefusals } from "../core/outcome-reasons.ts";
import { responseFields } from "./response-fields.ts";

/** The last member of a `Cache-Status` list, read by the grammar of RFC 8941 as far as RFC 9211 uses it. */
function cacheStatus(field: string): {
  readonly cache: string;
  readonly params: ReadonlyMap<string, string | number | true>;
} {
  const member = field.split(", ").at(-1) as string;
  const [cache, ...parameters] = member.split(";");
  expect(cache).toMatch(/^[A-Za-z*][!#$%&'*+.^_`|~\w:/-]*$/);
  const params = new Map<string, string | number | true>();
  for (const parameter of parameters) {
    const [, name, value] =
      /^ ?([a-z*][a-z0-9_.*-]*)(?:=(.+))?$/.exec(parameter) ?? expect.fail(`no parameter: ${parameter}`);
    expect(params.has(name as string), `${name} twice`).toBe(false);
    if (value === undefined) params.set(name as string, true);
    else if (/^-?\d{1,15}$/.test(value)) params.set(name as string, Number(value));
    else {
      expect(value).toMatch(/^[A-Za-z*][!#$%&'*+.^_`|~\w:/-]*$/);
      params.set(name as string, value);
    }
  }
  return { cache: cache as string, params };
}

const stored: fc.Arbitrary<Stored> = fc.oneof(
  fc.constant({ state: "pending" as const }),
  fc.constant({ state: "stored" as const, entry: "entry-id" }),
  fc.constantFrom(...storeRefusals).map((reason) => ({ state: "refused" as const, reason })),
);
const times = fc.record({
  layer: fc.constantFrom(...layerNames),
  entry: fc.constant("entry-id"),
  ageMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
  ttlMs: fc.double({ min: -1e12, max: 1e12, noNaN: true }),
});
const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  times.map((given) => ({ kind: "hit" as const, ...given })),
  fc
    .tuple(times, fc.constantFrom("swr" as const, "sie" as const, "max_stale" as const))
    .map(([given, why]) => ({ kind: "stale" as const, why, ...given })),
  fc.record({ kind: fc.constant("miss" as const), reason: fc.constantFrom(...missReasons), stored }),
  fc.record({ kind: fc.constant("refresh" as const), stored }),
  fc.record({ kind: fc.constant("coalesced" as const), stored }),
  fc.record({ kind: fc.constant("bypass" as const), reason: fc.constantFrom(...bypassReasons) }),
  fc.record({ kind: fc.constant("error" as const), code: fc.constantFrom("origin_timeout", "origin_unreachable") }),
);
const forwards = new Set(["bypass", "method", "uri-miss", "vary-miss", "miss", "request", "stale", "partial"]);

describe("responseFields", () => {
  it("say the same in Cache-Status and in X-AI-Cache-*, in a grammar that parses, for every outcome (RFC 9211)", () => {
    fc.assert(
      fc.property(outcomes, fc.option(fc.constantFrom(200, 429, 500), { nil: undefined }), (outcome, originStatus) => {
        const fields = responseFields({
          headers: {},
          outcome,
          ...(originStatus === undefined ? {} : { originStatus }),
        });
        const { cache, params } = cacheStatus(fields["cache-status"] as string);
        const status = fields["x-ai-cache-status"];
        expect(cache).toBe("reprise");
        expect(fields["cache-control"]).toBe("private, no-store");
        expect(["HIT", "STALE", "MISS", "COALESCED", "BYPASS", "REFRESH"]).toContain(status);

        const isHit = status === "HIT" || status === "STALE";
        expect(params.has("hit")).toBe(isHit);
        expect(params.has("ttl")).toBe(isHit);
        // RFC 9211 section 2.2: `hit` and `fwd` exclude each other; `stored`, `collapsed` and `fwd-status` need `fwd`.
        if (isHit) expect(params.has("fwd")).toBe(false);
        if (params.has("fwd")) expect(forwards).toContain(params.get("fwd"));
        else
          for (const name of ["fwd-status", "stored", "collapsed"])
            expect(params.has(name) && originStatus !== undefined).toBe(false);
        expect(params.get("collapsed") === true).toBe(status === "COALESCED");
        if (status === "BYPASS" && params.has("fwd")) expect(params.get("fwd")).toBe("bypass");
        if (status === "REFRESH") expect(params.get("fwd")).toBe("request");
        if (!isHit && originStatus !== undefined && outcome.kind !== "error")
          expect(params.get("fwd-status")).toBe(originStatus);
        if (isHit) {
          expect(fields["age"]).toMatch(/^\d+$/);
          expect(fields["x-ai-cache-layer"]).toBe("layer" in outcome ? outcome.layer : "");
        } else expect(fields["age"]).toBeUndefined();

        // What was refused is said in both, in the same word.
        const reason = fields["x-ai-cache-reason"];
        if ("stored" in outcome && outcome.stored.state === "refused" && originStatus !== undefined) {
          expect(reason).toBe(outcome.stored.reason);
          expect(params.get("detail")).toBe(reason);
        }
        if (params.get("stored") === true) expect(fields["x-ai-cache-entry"]).toBe("entry-id");
        if (status !== "HIT" && typeof params.get("detail") === "string") expect(params.get("detail")).toBe(reason);
      }),
      { seed: 1, numRuns: 3_000 },
    );
  });

  it("stand behind what caches further up said of the same answer", () => {
    const outcome: Outcome = { kind: "miss", reason: "absent", stored: { state: "pending" } };
    const fields = responseFields({ headers: { "cache-status": "ExampleCache; hit" }, outcome, originStatus: 200 });
    expect(fields["cache-status"]).toBe("ExampleCache; hit, reprise; fwd=uri-miss; fwd-status=200");
  });

  it("call an expired entry stale, and what the request wanted a request", () => {
    const why = (reason: (typeof missReasons)[number]) =>
      responseFields({
        headers: {},
        outcome: { kind: "miss", reason, stored: { state: "pending" } },
        originStatus: 200,
      })["cache-status"];
    expect(why("expired")).toContain("fwd=stale");
    for (const reason of ["max_age", "min_fresh", "refresh"] as const) expect(why(reason)).toContain("fwd=request");
    expect(why("absent")).toContain("fwd=uri-miss");
    expect(why("corrupt")).toContain("fwd=miss");
  });
});

describe("X-AI-Cache-Saved-USD", () => {
  const price = { picodollars: 157_500_000, usd: "0.0001575", source: "override" };
  const fieldOf = (outcome: Outcome, saved: Cost) =>
    responseFields({ headers: {}, outcome, saved })["x-ai-cache-saved-usd"];
  const found = { layer: "exact", entry: "e", ageMs: 0, ttlMs: 1 } as const;

  it("stands on hits and stale answers, and nowhere without a price", () => {
    expect(fieldOf({ kind: "hit", ...found }, { usage: undefined, price })).toBe("0.0001575");
    expect(fieldOf({ kind: "stale", why: "swr", ...found }, { usage: undefined, price })).toBe("0.0001575");
    expect(fieldOf({ kind: "hit", ...found }, { usage: undefined, price: undefined })).toBeUndefined();
    expect(fieldOf({ kind: "coalesced", stored: { state: "pending" } }, { usage: undefined, price })).toBeUndefined();
  });
});
