import { describe, expect, it } from "vitest";
import { defaultDirectives } from "../../core/directives.ts";
import type { Keyed } from "../../core/layer.ts";
import { scopesOf } from "../../core/scopes.ts";
import { KnownScopes } from "./known-scopes.ts";

interface Whose {
  readonly tenant?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly tags?: readonly string[];
  readonly model?: string;
}

function call({ tenant = "t", user, namespace = "n", version = "v", tags = [], model }: Whose): Keyed {
  return {
    key: "k",
    principal: { tenant, user },
    directives: { ...defaultDirectives, namespace, version, tags },
    ...(model === undefined ? {} : { facts: { model } }),
  } as Partial<Keyed> as Keyed;
}

describe("KnownScopes", () => {
  it("reads the scopes of a call once, and of others that belong to the same not again", () => {
    const scopes = new KnownScopes();
    const one = call({ model: "m", user: "ann", tags: ["a", "b"] });
    const reading = scopes.of(one);
    expect(scopes.of(one)).toBe(reading);
    expect(scopes.of(call({ model: "m", user: "ann", tags: ["a", "b"] }))).toBe(reading);
    expect(reading.scopes).toEqual(
      scopesOf({ tenant: "t", user: "ann", namespace: "n", version: "v", tags: ["a", "b"], model: "m" }),
    );
  });

  it("tells apart calls that do not belong to the same", () => {
    const scopes = new KnownScopes();
    const calls: readonly Whose[] = [
      {},
      { model: "m" },
      { tenant: "u" },
      { user: "" },
      { user: "n", namespace: "" },
      { namespace: "m", model: "n" },
      { namespace: "nv", version: "" },
      { version: "" },
      { version: "v1:a" },
      { tags: ["a"] },
      { tags: ["a", "b"] },
      { tags: ["ab"] },
      { tags: ["a1:b"] },
    ];
    expect(new Set(calls.map((whose) => scopes.of(call(whose)))).size).toBe(calls.length);
    for (const whose of calls) {
      const { tenant = "t", user, namespace = "n", version = "v", tags = [], model = "" } = whose;
      expect(scopes.of(call(whose)).scopes).toEqual(scopesOf({ tenant, user, namespace, version, tags, model }));
    }
  });
});
