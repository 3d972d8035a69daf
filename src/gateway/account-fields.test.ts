import { describe, expect, it } from "vitest";
import { choosesAccount, hidesAccounts, withoutAccounts, withoutAccountsInQuery } from "./account-fields.ts";

describe("fields that choose an account", () => {
  it.each([
    ...[
      "openai-organization",
      "openai-project",
      "anthropic-workspace",
      "anthropic-workspace-id",
      "x-goog-user-project",
    ],
    ...["x-project-id", "x-team", "groq-organization", "x-account-id", "x-billing-account", "x-organisation"],
  ])("are known: %s", (name) => {
    expect(choosesAccount(name)).toBe(true);
  });

  it.each([
    ...[
      "anthropic-version",
      "anthropic-beta",
      "openai-beta",
      "content-type",
      "user-agent",
      "x-stainless-os",
      "x-title",
    ],
    ...["x-goog-api-client", "origin", "x-organizer", "x-projector", "accept", "authorization"],
  ])("are no others: %s", (name) => {
    expect(choosesAccount(name)).toBe(false);
  });

  it("are left out where the operator's credential is shown, unless he lets callers choose", () => {
    const credential = ["authorization", "Bearer k"] as const;
    expect([{}, { credential }, { credential, passesAccounts: true }].map(hidesAccounts)).toEqual([false, true, false]);
    const kept = { accept: "*/*" };
    expect(withoutAccounts(kept)).toBe(kept);
    expect(withoutAccounts({ ...kept, "openai-project": "p" })).toEqual(kept);
  });

  it.each([
    ["/v1/x", "/v1/x"],
    ["/v1/x?alt=sse&user=1", "/v1/x?alt=sse&user=1"],
    ["/v1/x?$userProject=p", "/v1/x"],
    ["/v1/x?a=%20&%24userProject=p&b", "/v1/x?a=%20&b"],
    ["/v1/userProject?quotaUser=u&alt=sse", "/v1/userProject?alt=sse"],
  ])("%s becomes %s", (target, sent) => {
    expect(withoutAccountsInQuery(target)).toBe(sent);
  });
});
