import { expect, it } from "vitest";
import { isTenantId, isTenantName, isTenantPattern } from "./tenant-name.ts";

it.each(["acme", "a", "Team-7", "ann@example.com", "a:b", "sharedhouse", "my:shared:house"])(
  "%s names a tenant",
  (name) => {
    expect(isTenantName(name)).toBe(true);
  },
);

// Nobody who asks may be taken for one of these.
it.each(["anonymous", "Library", "shared:house", "Shared:House", "shared:", "", " a", "-a", "a b", "a".repeat(129), 7])(
  "%j names none",
  (name) => {
    expect(isTenantName(name)).toBe(false);
  },
);

it.each([...["acme", "acme-*", "*", "*-test", "team:*@example.com"]])(
  "%s is a pattern that tenants may fit",
  (pattern) => {
    expect(isTenantPattern(pattern)).toBe(true);
  },
);

it.each(["", " ", "acme ", "ac me", "ac\nme", "acme\u0000", "-a*", "anonymous", "Shared:*", "shared:house", "é*", 7])(
  "%j is none",
  (pattern) => {
    expect(isTenantPattern(pattern)).toBe(false);
  },
);

it("is also the digest of credentials, however that begins", () => {
  const digest = `-_${"aB3".repeat(14)}`.slice(0, 43);
  expect([isTenantId(digest), isTenantId("acme"), isTenantId(digest.slice(1)), isTenantId("anonymous")]).toEqual([
    ...[true, true, false, false],
  ]);
});
