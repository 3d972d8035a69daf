import { describe, expect, it } from "vitest";
import {
  type Belonging,
  everything,
  fixedScopes,
  namedScope,
  type Scope,
  scopeGroup,
  scopeOf,
  scopesOf,
  systemTenant,
  wholeTenant,
} from "./scopes.ts";

const plain: Belonging = { tenant: "t", namespace: "", model: "m", version: "", user: undefined, tags: [] };

describe("scopesOf", () => {
  it("begins with the fixed ones, of all tenants and of this one, in the order that entries keep", () => {
    const scopes = scopesOf(plain);
    expect(scopes).toHaveLength(fixedScopes);
    expect(scopes).toEqual([
      { tenant: systemTenant, name: "all" },
      { tenant: systemTenant, name: "all:namespace:" },
      { tenant: systemTenant, name: "all:model:m" },
      { tenant: systemTenant, name: "all:version:" },
      { tenant: "t", name: "tenant" },
      { tenant: "t", name: "namespace:" },
      { tenant: "t", name: "model:m" },
      { tenant: "t", name: "version:" },
    ]);
  });

  it("goes on with the user and the tags, each of all tenants and of this one", () => {
    const own = scopesOf({ ...plain, user: "ann", tags: ["a", "b"] }).slice(fixedScopes);
    expect(own.map(({ tenant }) => tenant)).toEqual([systemTenant, "t", systemTenant, "t", systemTenant, "t"]);
    expect(own.map(({ name }) => name).slice(2)).toEqual(["all:tag:a", "tag:a", "all:tag:b", "tag:b"]);
  });

  it("has a scope for everything that can be invalidated by, and no two have the same name", () => {
    const scopes = scopesOf({ tenant: "t", namespace: "n", model: "m", version: "v", user: "u", tags: ["x"] });
    const kinds = ["namespace", "model", "version", "user", "tag"] as const;
    const values = { namespace: "n", model: "m", version: "v", user: "u", tag: "x" };
    const expected: readonly Scope[] = [
      ...[everything, wholeTenant("t")],
      ...kinds.flatMap((kind) => [scopeOf(kind, values[kind], undefined), scopeOf(kind, values[kind], "t")]),
    ];
    for (const scope of expected) expect(scopes).toContainEqual(scope);
    expect(new Set(scopes.map(({ tenant, name }) => `${tenant} ${name}`)).size).toBe(expected.length);
  });
});

describe("names of scopes", () => {
  it("of users are digests, and so are long ones; equal values have equal names, others have others", () => {
    expect(scopeOf("user", "ann@example.org", "t").name).not.toContain("ann");
    expect(scopeOf("user", "ann", "t")).toEqual(scopeOf("user", "ann", "t"));
    expect(scopeOf("user", "ann", "t")).not.toEqual(scopeOf("user", "bob", "t"));
    const long = "m".repeat(100_000);
    expect(scopeOf("model", long, "t").name.length).toBeLessThan(100);
    expect(scopeOf("model", long, "t")).not.toEqual(scopeOf("model", `${long}m`, "t"));
    expect(scopeOf("model", "m".repeat(100), "t").name).toContain("mmm");
  });

  it("lead back to the tenant that keeps them, and to what they group by", () => {
    for (const scope of scopesOf({ ...plain, user: "u", tags: ["all", "tenant", "all:tag:x"] })) {
      expect(namedScope(scope.name, "t")).toEqual(scope);
    }
    const groups = scopesOf({ ...plain, user: "u", tags: ["tenant"] }).map(({ name }) => scopeGroup(name));
    expect(groups).toEqual([
      ...["all", "namespace", "model", "version", "tenant", "namespace", "model", "version"],
      ...["user", "user", "tag", "tag"],
    ]);
  });
});
