import fc from "fast-check";
import { expect, it } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { SharedScope } from "../core/shared-scope.ts";
import { PolicyRules } from "../policy/rules.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { Intake } from "./intake.ts";

/** X1: who meets whose answers where some tenants share. */

const members = ["acme", "umbra"];
const house: SharedScope = { name: "house", tenants: members, delay: true, agreements: 2 };
const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const intake = new Intake({
  secret: fingerprintKey(Buffer.alloc(32, 1)),
  rules: new PolicyRules(policy, [{ match: { model: "shared-*" }, set: { share: "house" } }]),
  shared: new Map([["house", house]]),
});

const asked = fc.record({
  tenant: fc.constantFrom("acme", "umbra", "other", "house", "shared", undefined),
  model: fc.constantFrom("shared-1", "own-1"),
  stream: fc.boolean(),
  namespace: fc.constantFrom("", "acme", "house", "shared:house"),
  user: fc.constantFrom(undefined, "ann", "member:acme"),
  wish: fc.constantFrom("", "max-age=60", "only-if-cached", "no-cache", "no-store"),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

function callOf({ tenant, model, stream, namespace, user, wish }: Asked) {
  const fields = { "x-ai-cache-namespace": namespace, "x-ai-user": user, "cache-control": wish };
  return intake.read({
    protocol: openAiChat,
    endpoint: "/chat/completions",
    originFor: () => ({ id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) }),
    query: "",
    rawHeaders: Object.entries(fields).flatMap(([name, value]) => (value ? [name, value] : [])),
    body: Buffer.from(JSON.stringify({ model, stream, messages: [{ role: "user", content: "hi" }] })),
    principal: tenant === undefined ? undefined : { tenant },
  }).call;
}

it("two calls have one key only if they are of one tenant, or both of members, by the rule and without a wish that would tell", () => {
  const isShared = ({ tenant, model, wish }: Asked) =>
    tenant !== undefined && members.includes(tenant) && model === "shared-1" && (wish === "" || wish === "no-cache");
  fc.assert(
    fc.property(asked, asked, (one, other) => {
      const [first, second] = [callOf(one), callOf(other)];
      expect(first.sharing !== undefined).toBe(isShared(one));
      const sameTenant = one.tenant === other.tenant && isShared(one) === isShared(other);
      const mayMeet = sameTenant || (isShared(one) && isShared(other));
      if (first.key === second.key) expect(mayMeet).toBe(true);
      if (first.partition("c") === second.partition("c")) expect(mayMeet).toBe(true);
      // And members do meet.
      const isSame = one.model === other.model && one.namespace === other.namespace && one.stream === other.stream;
      if (mayMeet && isSame) expect(first.key).toBe(second.key);
    }),
    { numRuns: 3_000, seed: 9 },
  );
});
