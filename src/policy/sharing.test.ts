import { expect, it } from "vitest";
import { defaultDirectives } from "../core/directives.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { RequestFacts } from "../core/protocol.ts";
import type { SharedScope } from "../core/shared-scope.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { openAiResponses } from "../protocols/openai-responses.ts";
import { type Sharable, sharedPolicy, sharingOf } from "./sharing.ts";

const facts: RequestFacts = {
  ...{ model: "m", stream: false, includeUsage: true, temperature: 0, user: undefined, dependencies: [] },
};
const policy = { enabled: true, perUser: false, stochastic: "cache-first", share: "house" } as CallPolicy;
const call: Sharable = {
  ...{ policy, directives: defaultDirectives, facts, protocol: openAiChat, variants: 1, tenant: "a" },
  ...{ requestBytes: 9, isChecked: true },
};
const scopeOf = (tenants: SharedScope["tenants"]) =>
  new Map<string, SharedScope>([["house", { name: "house", tenants, delay: true, agreements: 2 }]]);

it("a member's call is answered in the scope that its rule names", () => {
  expect(sharingOf(scopeOf(["a", "b"]), call)).toMatchObject({
    scope: "house",
    tenant: "a",
    delay: true,
    agreements: 2,
    requestBytes: 9,
  });
  const [one, other] = ["a", "b"].map((tenant) => sharingOf(scopeOf(["a", "b"]), { ...call, tenant })?.member);
  expect(one).not.toBe(other);
});

it.each<[string, Partial<Sharable>, SharedScope["tenants"]]>([
  ["of another tenant", { tenant: "c" }, ["a", "b"]],
  ["without credentials", { tenant: undefined }, ["a"]],
  ["whom nobody has checked, where everybody who was is meant", { isChecked: false }, "*"],
  ["for which no rule says so", { policy: { ...policy, share: undefined } as unknown as CallPolicy }, ["a"]],
  ["of a scope that is not there", { policy: { ...policy, share: "barn" } }, ["a"]],
  ["that is not cached", { policy: { ...policy, enabled: false } }, ["a"]],
  ["that is cached for each user", { policy: { ...policy, perUser: true } }, ["a"]],
  ["of which several answers are kept", { variants: 3 }, ["a"]],
  ["that the provider keeps", { facts: { ...facts, dependencies: ["kept"] } }, ["a"]],
  ["that names no model", { facts: { ...facts, model: "" } }, ["a"]],
  ["whose answer's id is sent back to the provider", { protocol: openAiResponses }, ["a"]],
  ...(
    [
      { onlyIfCached: true },
      { maxAgeMs: 0 },
      { maxStaleMs: 1 },
      { minFreshMs: 1 },
      { threshold: 0.5 },
      { variant: 0 },
      { noStore: true },
      { write: false },
    ] as const
  ).map((wish): [string, Partial<Sharable>, SharedScope["tenants"]] => [
    `that asks for ${JSON.stringify(wish)}`,
    { directives: { ...defaultDirectives, ...wish } },
    ["a"],
  ]),
])("a call %s is not", (_, change, tenants) => {
  expect(sharingOf(scopeOf(tenants), { ...call, ...change })).toBeUndefined();
});

it("nothing there is served in an outage, by GET, or as a repeat of somebody else", () => {
  const given = {
    ...policy,
    staleIfErrorMs: 9,
    regenerateWindowMs: 9,
    edge: "public",
    hitUsage: "zero",
    replayPaceMs: 9,
  };
  expect(sharedPolicy(given as CallPolicy)).toMatchObject({
    ...{ staleIfErrorMs: 0, regenerateWindowMs: 0, edge: "off", hitUsage: "original", replayPaceMs: 0 },
  });
});
