import { describe, expect, it } from "vitest";
import type { PersonalRules } from "../../core/personal-data.ts";
import type { CallPolicy } from "../../core/policy.ts";
import { kindsInAnswer, kindsInRequest } from "./found-kinds.ts";
import { heldCallPolicy, heldPolicy, isWithheld, personalDataOf } from "./held-policy.ts";
import { textOfJson } from "./json-text.ts";

const policy = (personalData: PersonalRules, more: Partial<CallPolicy> = {}) =>
  ({
    ...{ ttlMs: 1_000, maxTtlMs: 9_000, staleWhileRevalidateMs: 5, staleIfErrorMs: 6, perUser: false },
    ...{ semantic: "serve", edge: "public", share: "all", personalData, personalDataTtlMs: 100, ...more },
  }) as CallPolicy;

const of = (rules: PersonalRules, ...kinds: Parameters<typeof personalDataOf>[1]) => {
  const data = personalDataOf(rules, kinds);
  if (data === undefined) throw new Error("nothing is looked for");
  return data;
};

describe("what follows from personal data", () => {
  it("is nothing where no rule names its kind", () => {
    expect(personalDataOf({ email: ["no-store"] }, ["phone"])).toBeUndefined();
    expect(personalDataOf(undefined, ["phone"])).toBeUndefined();
  });

  it("is all that is said of its kinds together", () => {
    const rules: PersonalRules = { email: ["short-ttl"], phone: ["first-to-evict", "short-ttl"], ip: ["no-store"] };
    expect([...of(rules, "email", "phone", "card").actions].sort()).toEqual(["first-to-evict", "short-ttl"]);
    expect(of(rules, "email", "card").kinds).toEqual(["email"]);
  });

  it("is in any case that nobody but the tenant sees it, and no other question", () => {
    const rules: PersonalRules = { email: ["first-to-evict"] };
    const held = heldPolicy(policy(rules), of(rules, "email"));
    expect(held).toMatchObject({ semantic: "off", edge: "off", priority: "low", ttlMs: 1_000, staleIfErrorMs: 6 });
    expect(held).not.toHaveProperty("share");
  });

  it("short-ttl shortens, and never lengthens", () => {
    const rules: PersonalRules = { email: ["short-ttl"] };
    const short = { ttlMs: 100, maxTtlMs: 100, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
    expect(heldPolicy(policy(rules), of(rules, "email"))).toMatchObject(short);
    expect(heldPolicy(policy(rules, { ttlMs: 7 }), of(rules, "email"))).toMatchObject({ ttlMs: 7, maxTtlMs: 100 });
  });

  it("user-scope makes the key of a request its user's, and leaves that of an answer alone", () => {
    const rules: PersonalRules = { email: ["user-scope"] };
    expect(heldCallPolicy(policy(rules), of(rules, "email")).perUser).toBe(true);
    expect(heldPolicy(policy(rules), of(rules, "email")).perUser).toBe(false);
  });

  it("is that nothing is stored where it would be for more people than the user", () => {
    const [own, shared] = [policy({}, { perUser: true }), policy({})];
    const withheld = (
      action: "user-scope" | "no-store" | "short-ttl",
      of: CallPolicy,
      user?: string,
      sharing?: object,
    ) =>
      isWithheld({
        personal: { kinds: ["email"], actions: new Set([action]) },
        policy: of,
        principal: { tenant: "t", user },
        sharing: sharing as never,
      });
    expect(withheld("user-scope", own, "ann")).toBe(false);
    expect(withheld("user-scope", own)).toBe(true);
    expect(withheld("user-scope", shared, "ann")).toBe(true);
    expect(withheld("no-store", own, "ann")).toBe(true);
    expect(withheld("short-ttl", shared)).toBe(false);
    expect(withheld("short-ttl", shared, undefined, {})).toBe(true);
    expect(
      isWithheld({
        personal: undefined,
        policy: shared,
        principal: { tenant: "t", user: undefined },
        sharing: undefined,
      }),
    ).toBe(false);
  });
});

describe("what is read of a request and an answer", () => {
  const rules: PersonalRules = { email: ["no-store"], secret: ["no-store"], ip: ["no-store"], card: ["no-store"] };

  it("are strings with the names of their fields, and numbers of a request", () => {
    expect(textOfJson('{"a":["x",{"b":1}],"c":true,"d":null}', { withNumbers: true })).toBe("a: x\nb: 1");
    expect(textOfJson('{"b":1}', { withNumbers: false })).toBe("");
    const twice = '{"content":"x","logprobs":{"content":[{"token":"x"}]}}';
    expect(textOfJson(twice, { withNumbers: false, without: ["logprobs"] })).toBe("content: x");
    expect(kindsInRequest('{"n":4111111111111111}', policy(rules))).toEqual(["card"]);
    expect(kindsInRequest("no JSON of a@b.example", policy(rules))).toEqual(["email"]);
  });

  it("are no pictures, signatures and vectors", () => {
    const base64 = `${"QUJD/1.1.1.2+".replace(/\./g, "A").repeat(100)}`;
    expect(textOfJson(JSON.stringify({ a: base64, b: `data:image/png;base64,${base64}` }), { withNumbers: true })).toBe(
      "",
    );
    expect(
      textOfJson(JSON.stringify({ a: Array.from({ length: 20 }, (_, index) => index) }), { withNumbers: true }),
    ).toBe("");
    expect(textOfJson(JSON.stringify({ a: `${base64} a@b.example` }), { withNumbers: true })).toContain("a@b.example");
  });

  it("are what an answer adds, in whatever spelling", () => {
    const request = () => "Is A@B.example and 4111 1111 1111 1111 yours?";
    const answer = "Yes: a@b.example, 4111-1111-1111-1111 and c@d.example";
    expect(kindsInAnswer(answer, request, policy(rules))).toEqual({ kinds: ["email", "card"], added: ["email"] });
    const never = () => {
      throw new Error("nothing is to be compared");
    };
    expect(kindsInAnswer("Nothing.", never, policy(rules))).toEqual({ kinds: [], added: [] });
    expect(kindsInAnswer(answer, never, policy({}))).toEqual({ kinds: [], added: [] });
  });
});
