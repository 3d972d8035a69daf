import { describe, expect, it } from "vitest";
import type { MarkablePrompt } from "../../../core/cache-marks.ts";
import { BreakpointPlanner, type Plan } from "./breakpoint-planner.ts";
import { type CacheRules, rulesFor } from "./provider-rules.ts";

const minute = 60_000;
const claude = rulesFor("anthropic-messages", "claude-sonnet-4-5") as CacheRules;
const rules = "A rule of the house. ".repeat(400);
const kept = { inputTokens: 2_100, cachedInputTokens: 2_000, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 };

function prompt(...turns: readonly string[]): MarkablePrompt {
  const parts = [rules, ...turns].map((text, index) => {
    const by = index === 0 ? "head" : index % 2 === 1 ? "user" : "model";
    return { by, text, takesMark: true, isLast: true } as const;
  });
  return { parts, hasOwnMarks: false, hasOwnKey: false } as MarkablePrompt;
}

function planner(own: CacheRules = claude) {
  const one = new BreakpointPlanner(own, "tenant");
  return (asked: MarkablePrompt, now: number): Plan | undefined => {
    const plan = one.plan(asked, now);
    plan?.begun(now + 1);
    plan?.told(kept);
    return plan;
  };
}

describe("the longer lifetime", () => {
  it("is asked for what comes again every twenty minutes, once that has been seen twice", () => {
    const ask = planner();
    const plans = [0, 1, 2, 3].map((turn) => ask(prompt(`${turn}?`), turn * 20 * minute));
    expect(plans.map((plan) => plan?.long)).toEqual([undefined, undefined, 1, 1]);
    expect(plans[3]?.ends).toEqual([0]);
  });

  it("is not for what comes again every minute, nor for what comes every two hours", () => {
    for (const gap of [minute, 120 * minute]) {
      const ask = planner();
      const plans = Array.from({ length: 8 }, (_, turn) => ask(prompt(`${turn}?`), turn * gap));
      expect(plans.every((plan) => (plan?.long ?? 0) === 0)).toBe(true);
    }
  });

  it("is no longer when what came every twenty minutes comes every two hours", () => {
    const ask = planner();
    for (let turn = 0; turn < 5; turn++) ask(prompt(`${turn}?`), turn * 20 * minute);
    const plans = Array.from({ length: 8 }, (_, turn) => ask(prompt(`late ${turn}?`), (turn + 2) * 120 * minute));
    expect(plans.at(-1)).toBeUndefined();
  });

  it("comes before the shorter one: the rules for an hour, the conversation behind them for five minutes", () => {
    const ask = planner();
    for (let turn = 0; turn < 4; turn++) ask(prompt(`${turn}?`), turn * 20 * minute);
    const plan = ask(prompt("How?", "So.", "Then?"), 81 * minute);
    expect(plan?.ends).toEqual([0, 3]);
    expect(plan?.long).toBe(1);
  });

  it("keeps what it kept: after half an hour the rules are known to be there", () => {
    const ask = planner();
    for (let turn = 0; turn < 4; turn++) ask(prompt(`${turn}?`), turn * 20 * minute);
    expect(ask(prompt("once more?"), 90 * minute)?.ends).toEqual([0]);
  });

  it("is never asked for where the provider has none, or the operator says so", () => {
    for (const own of [
      rulesFor("openai-chat", "gpt-5.6"),
      rulesFor("anthropic-messages", "claude-sonnet-4-5", [["claude-*", { longLifetimeMs: 0 }]]),
    ]) {
      const ask = planner(own as CacheRules);
      const plans = Array.from({ length: 8 }, (_, turn) => ask(prompt(`${turn}?`), turn * 20 * minute));
      expect(plans.every((plan) => (plan?.long ?? 0) === 0)).toBe(true);
    }
  });

  it("costs what the operator says it does", () => {
    const dear = rulesFor("anthropic-messages", "claude-sonnet-4-5", [["claude-*", { longWrite: 9 }]]);
    const ask = planner(dear as CacheRules);
    const plans = Array.from({ length: 8 }, (_, turn) => ask(prompt(`${turn}?`), turn * 20 * minute));
    expect(plans.slice(0, 4).every((plan) => plan === undefined)).toBe(true);
  });
});
