import { expect, it } from "vitest";
import { userOfScope, userScope } from "./user-scope.ts";

it("users that were proven and users that were named are never the same, whatever they are called", () => {
  const users = ["ann", "", "user:ann", "proven-user:ann", undefined];
  const scopes = users.flatMap((user) => [userScope(user, true), userScope(user, false)]);
  // No user and one of no name are the same.
  expect(new Set(scopes).size).toBe(2 * (users.length - 1));
  for (const user of users)
    for (const isProven of [true, false]) expect(userOfScope(userScope(user, isProven))).toBe(user ?? "");
  expect(userOfScope("shared")).toBeUndefined();
});
