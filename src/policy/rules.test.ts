import { describe, expect, it } from "vitest";
import type { CallPolicy } from "../core/policy.ts";
import { PolicyRules, type PolicySubject } from "./rules.ts";

const defaults = { ttlMs: 1, maxTtlMs: 2, perUser: false, variants: 1 } as CallPolicy;
const subject: PolicySubject = {
  model: "gpt-large",
  protocol: "openai-chat",
  operation: "chat",
  namespace: "team",
  tenant: "t1",
  tags: ["doc:1", "doc:2"],
};

describe("PolicyRules", () => {
  it("lets the first matching rule that names a setting decide it", () => {
    const rules = new PolicyRules(defaults, [
      { match: { model: "other" }, set: { ttlMs: 10, variants: 9 } },
      { match: { model: "gpt-*" }, set: { ttlMs: 20 } },
      { match: {}, set: { ttlMs: 30, maxTtlMs: 31 } },
      { match: { tag: "doc:2" }, set: { maxTtlMs: 40, perUser: true } },
    ]);
    expect(rules.resolve(subject)).toEqual({ ttlMs: 20, maxTtlMs: 31, perUser: true, variants: 1 });
    expect(rules.resolve({ ...subject, model: "other", tags: [] })).toEqual({
      ttlMs: 10,
      maxTtlMs: 31,
      perUser: false,
      variants: 9,
    });
  });

  it("asks for every field of a match, whole texts, and any of the tags", () => {
    const match = {
      model: "gpt-large",
      protocol: "openai-*",
      operation: "chat",
      namespace: "team",
      tenant: "t1",
      tag: "*:2",
    };
    const rules = new PolicyRules(defaults, [{ match, set: { ttlMs: 20 } }]);
    expect(rules.resolve(subject).ttlMs).toBe(20);
    for (const field of Object.keys(match) as (keyof typeof match)[]) {
      const other = field === "tag" ? { tags: ["doc:3"] } : { [field]: "something else" };
      expect(rules.resolve({ ...subject, ...other }).ttlMs, field).toBe(1);
    }
    expect(rules.resolve({ ...subject, model: "gpt-larger" }).ttlMs).toBe(1);
    expect(rules.resolve({ ...subject, tags: [] }).ttlMs).toBe(1);
  });

  it("joins the tags of all rules that match the tags of the caller", () => {
    const rules = new PolicyRules(defaults, [
      { match: { model: "gpt-*" }, set: {}, tags: ["gpt", "all"] },
      { match: { model: "other" }, set: {}, tags: ["other"] },
      { match: { tag: "gpt" }, set: {}, tags: ["never"] },
      { match: {}, set: { ttlMs: 5 }, tags: ["all", "live"] },
    ]);
    expect(new Set(rules.tagsFor(subject))).toEqual(new Set(["gpt", "all", "live"]));
    expect(rules.tagsFor({ ...subject, model: "other" })).toEqual(["other", "all", "live"]);
    expect(rules.tagsFor({ ...subject, tags: ["gpt"] })).toContain("never");
  });

  it("gives frozen policies and leaves the defaults alone", () => {
    const rules = new PolicyRules(defaults, [{ match: { tag: "doc:1" }, set: { ttlMs: 5 } }]);
    for (const tags of [[], ["doc:1"]]) expect(Object.isFrozen(rules.resolve({ ...subject, tags }))).toBe(true);
    expect(defaults.ttlMs).toBe(1);
  });
});
