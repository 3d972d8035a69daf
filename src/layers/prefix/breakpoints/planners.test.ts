import { describe, expect, it } from "vitest";
import type { MarkablePrompt } from "../../../core/cache-marks.ts";
import { BreakpointPlanners } from "./planners.ts";
import { mostPrefixes, PrefixHistory } from "./prefix-history.ts";
import { prefixesOf } from "./prompt-prefixes.ts";

const rules = "A rule of the house. ".repeat(400);

function prompt(head: string, question: string): MarkablePrompt {
  const part = { takesMark: true, isLast: true } as const;
  return {
    parts: [
      { ...part, by: "head", text: head },
      { ...part, by: "user", text: question },
    ],
    hasOwnMarks: false,
    hasOwnKey: false,
  };
}

const scope = { tenant: "a", originId: "o", protocol: "anthropic-messages", model: "claude-sonnet-4-5" };

describe("planners of tenants", () => {
  it.each([
    ["tenant", { tenant: "b" }],
    ["origin", { originId: "p" }],
    ["model", { model: "claude-sonnet-5" }],
  ])("what one has asked says nothing of another %s", (_, other) => {
    const planners = new BreakpointPlanners();
    planners.plan(scope, prompt(rules, "How?"), 0);
    expect(planners.plan({ ...scope, ...other }, prompt(rules, "Why?"), 1)).toBeUndefined();
    expect(planners.plan(scope, prompt(rules, "Why?"), 2)?.ends).toEqual([0]);
  });

  it("make room for one another: those asked longest ago are forgotten", () => {
    const planners = new BreakpointPlanners();
    planners.plan(scope, prompt(rules, "How?"), 0);
    for (let tenant = 0; tenant < 1_000; tenant++)
      planners.plan({ ...scope, tenant: `t${tenant}` }, prompt(rules, "How?"), 1);
    expect(planners.plan(scope, prompt(rules, "Why?"), 2)).toBeUndefined();
    expect(planners.plan({ ...scope, tenant: "t999" }, prompt(rules, "Why?"), 2)?.ends).toEqual([0]);
  });

  it("there are none for a protocol without marks", () => {
    expect(new BreakpointPlanners().plan({ ...scope, protocol: "gemini" }, prompt(rules, "How?"), 0)).toBeUndefined();
  });
});

describe("what is remembered of prefixes", () => {
  it("is bounded; what was seen longest ago is forgotten", () => {
    const history = new PrefixHistory({ lifetimeMs: 60_000 }, 10);
    const of = (name: string) => prefixesOf(prompt(name, "?"), "");
    history.observe(of("first"), "opening", 0);
    for (let turn = 0; turn < 20; turn++) history.observe(of(`${turn}`), "opening", turn);
    expect(history.size).toBe(10);
    history.observe(of("first"), "opening", 30);
    expect(history.likelihoods(of("first"), "opening")[0]).toBeLessThan(0.28);
    expect(history.likelihoods(of("19"), "opening")[0]).toBeLessThan(0.28);
    history.observe(of("19"), "opening", 40);
    expect(history.likelihoods(of("19"), "opening")[0]).toBeGreaterThan(0.28);
    expect(mostPrefixes).toBeGreaterThanOrEqual(1_000);
  });

  it("one prompt of many messages does not push itself out", () => {
    const history = new PrefixHistory({ lifetimeMs: 60_000 }, 10);
    const parts = Array.from({ length: 30 }, (_, index) => ({
      ...({ by: "user", takesMark: true, isLast: true } as const),
      text: `${index}`,
    }));
    history.observe(prefixesOf({ parts }, ""), "user", 0);
    expect(history.size).toBe(10);
    expect(history.likelihoods(prefixesOf({ parts }, ""), "user")).toHaveLength(30);
  });
});
