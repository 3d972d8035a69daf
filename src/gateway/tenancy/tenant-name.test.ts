import { expect, it } from "vitest";
import { isTenantName } from "./tenant-name.ts";

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
