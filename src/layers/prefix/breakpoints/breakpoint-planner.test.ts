import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MarkablePart, MarkablePrompt } from "../../../core/cache-marks.ts";
import { BreakpointPlanner } from "./breakpoint-planner.ts";
import { rulesFor } from "./provider-rules.ts";

const minute = 60_000;
const anthropic = rulesFor("anthropic-messages", "claude-sonnet-4-5");
const openai = rulesFor("openai-chat", "gpt-5.6");
if (anthropic === undefined || openai === undefined) throw new Error("there are rules for these");

function planner(rules = anthropic): BreakpointPlanner {
  return new BreakpointPlanner(rules as NonNullable<typeof rules>, "tenant");
}

/** `head`: what all calls begin with. The turns are of the user, of the model, and so on. */
function prompt(head: string, ...turns: readonly string[]): MarkablePrompt {
  const parts = turns.map((text, index): MarkablePart => part(index % 2 === 0 ? "user" : "model", text));
  return { parts: [part("head", head), ...parts], hasOwnMarks: false, hasOwnKey: false };
}

function part(by: MarkablePart["by"], text: string, more: Partial<MarkablePart> = {}): MarkablePart {
  return { by, text, takesMark: true, isLast: true, ...more };
}

/** Of so many tokens. */
function text(name: string, tokens: number): string {
  return `${name} `.repeat(Math.ceil((4 * tokens) / (name.length + 1)));
}

const rules = text("rule", 2_000);

/** A call that is answered at once; the ends that were marked. */
function answered(one: BreakpointPlanner, asked: MarkablePrompt, now: number, cached = 2_000, written = 100) {
  const plan = one.plan(asked, now);
  plan?.begun(now + 1);
  const length = asked.parts.reduce((sum, { text: own }) => sum + own.length, 0);
  plan?.told({
    inputTokens: Math.ceil(length / 4),
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    outputTokens: 1,
    reasoningTokens: 0,
  });
  return plan?.ends;
}

describe("when prompts are marked", () => {
  it("a prompt that was seen once is not", () => {
    expect(answered(planner(), prompt(rules, "How?"), 0)).toBeUndefined();
  });

  it("what prompts begin with alike is, the second time within the lifetime", () => {
    const one = planner();
    answered(one, prompt(rules, "How?"), 0);
    expect(answered(one, prompt(rules, "Why?"), 4 * minute)).toEqual([0]);
    const late = planner();
    answered(late, prompt(rules, "How?"), 0);
    expect(answered(late, prompt(rules, "Why?"), 6 * minute)).toBeUndefined();
  });

  it("what came again no longer comes again in time: after some calls it is not marked any more", () => {
    const one = planner({ ...anthropic, longer: undefined } as typeof anthropic);
    const ends = Array.from({ length: 12 }, (_, turn) => answered(one, prompt(rules, `${turn}?`), turn * 6 * minute));
    expect(ends.filter((marked) => marked !== undefined)).toEqual([]);
    // Once it comes in time it is worth it again only when that has become likely.
    expect(answered(one, prompt(rules, "again"), 11 * 6 * minute + 1_000)).toBeUndefined();
  });

  it("a conversation that goes on is marked to its end the first time that it is seen", () => {
    expect(answered(planner(), prompt(rules, "How?", "So.", "And then?"), 0)).toEqual([0, 3]);
  });

  it("conversations that are never gone on with are not marked any more once that is known", () => {
    const one = planner();
    const ends = Array.from({ length: 30 }, (_, turn) =>
      answered(one, prompt(text(`rule ${turn}`, 2_000), "How?", "So.", "Then?"), turn * 6 * minute),
    );
    expect(ends[0]).toBeDefined();
    expect(ends.slice(-20).filter((marked) => marked !== undefined)).toEqual([]);
  });

  it("first calls are, where they are gone on with as a rule", () => {
    const one = planner();
    for (let turn = 0; turn < 4; turn++) {
      const head = text(`rule ${turn}`, 2_000);
      answered(one, prompt(head, "How?"), turn * minute);
      answered(one, prompt(head, "How?", "So.", "Then?"), turn * minute + 5_000);
    }
    expect(answered(one, prompt(text("other", 2_000), "How?"), 5 * minute)).toEqual([0, 1]);
  });

  it("what the provider has is read even where nothing new is worth writing", () => {
    const one = planner();
    for (let turn = 0; turn < 6; turn++) answered(one, prompt(rules, `${turn}?`), turn * 1_000);
    // Only the rules: each question comes once.
    expect(answered(one, prompt(rules, "another?"), 10_000)).toEqual([0]);
  });

  it("too short a prompt is not", () => {
    expect(answered(planner(), prompt("rules", "How?", "So.", "And then?"), 0)).toBeUndefined();
  });

  it("one that its client has marked is not, and what it holds is not remembered", () => {
    const one = planner();
    expect(one.plan({ ...prompt(rules, "How?", "So.", "Then?"), hasOwnMarks: true }, 0)).toBeUndefined();
    expect(one.size).toBe(0);
  });

  it("a part that takes no mark ends nothing: the one before it does", () => {
    const turn = [part("user", "How?", { isLast: false }), part("user", "", { takesMark: false })];
    const asked = { ...prompt(rules), parts: [part("head", rules), part("model", "So."), ...turn] };
    expect(answered(planner(), asked, 0)?.at(-1)).toBe(2);
  });
});

describe("where marks stand", () => {
  it("at most four, ascending, on parts that take one, for any prompts", () => {
    const parts = fc.array(
      fc.record({
        by: fc.constantFrom<MarkablePart["by"]>("head", "user", "tool", "model"),
        text: fc.nat(3).map((letter) => text("abcd".charAt(letter), 700)),
        takesMark: fc.boolean(),
        isLast: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    const run = fc.array(fc.record({ parts, gap: fc.nat(6 * minute), cached: fc.nat(9_000), written: fc.nat(9_000) }));
    fc.assert(
      fc.property(run, fc.constantFrom(anthropic, openai), (calls, rulesOfOne) => {
        const one = planner(rulesOfOne);
        let now = 0;
        for (const { parts: own, gap, cached, written } of calls) {
          now += gap;
          const ends = answered(one, { parts: own, hasOwnMarks: false, hasOwnKey: false }, now, cached, written) ?? [];
          expect(ends.length).toBeLessThanOrEqual(4);
          expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
          for (const end of ends) expect(own[end]?.takesMark).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a turn of more blocks than a mark looks back over is read where the last call ended", () => {
    const one = planner();
    const before = prompt(rules, "How?", "So.", "Go on.");
    answered(one, before, 0);
    const calls = Array.from({ length: 25 }, (_, index) => part("model", `call ${index}`, { isLast: index === 24 }));
    const results = Array.from({ length: 25 }, (_, index) => part("tool", `result ${index}`, { isLast: index === 24 }));
    const ends = answered(one, { ...before, parts: [...before.parts, ...calls, ...results] }, minute);
    expect(ends?.at(-1)).toBe(53);
    expect(ends).toContain(3);
  });

  it("the same after a restart: no memory is needed to know where the last call ended", () => {
    const before = prompt(rules, "How?", "So.", "Go on.");
    const calls = Array.from({ length: 25 }, (_, index) => part("model", `call ${index}`, { isLast: index === 24 }));
    const asked = { ...before, parts: [...before.parts, ...calls, part("tool", "result")] };
    expect(planner().plan(asked, 0)?.ends).toContain(3);
  });

  it("where marks find only what was kept at their place, one stands at the end of the last call", () => {
    const one = planner(openai);
    answered(one, prompt(rules, "How?", "So.", "Then?"), 0);
    expect(answered(one, prompt(rules, "How?", "So.", "Then?", "Thus.", "And?"), minute)).toEqual(
      expect.arrayContaining([3, 5]),
    );
  });
});

describe("what answers teach", () => {
  it("nothing was kept although it was marked: the prompt was too short, and is not marked again", () => {
    const one = planner();
    const asked = prompt(text("rule", 1_100), "How?", "So.", "And then?");
    expect(answered(one, asked, 0, 0, 0)).toBeDefined();
    expect(answered(one, prompt(text("other", 1_090), "How?", "So.", "And then?"), 1_000)).toBeUndefined();
    expect(answered(one, prompt(text("other", 3_000), "How?", "So.", "And then?"), 2_000)).toBeDefined();
  });

  it("less is kept than was published: shorter prompts are marked from then on", () => {
    const one = planner();
    const short = (name: string) => prompt(text(name, 600), "How?", "So.", "And then?");
    expect(answered(one, short("rule"), 0)).toBeUndefined();
    answered(one, prompt(rules, "How?", "So.", "And then?"), 1_000, 0, 512);
    expect(answered(one, short("other"), 2_000)).toBeDefined();
  });

  it("usage that cannot be teaches nothing", () => {
    const one = planner();
    answered(one, prompt(rules, "How?", "So.", "And then?"), 0, 900_000, 900_000);
    expect(answered(one, prompt("short", "How?", "So.", "And then?"), 1_000)).toBeUndefined();
    expect(answered(one, prompt(text("x", 1_500), "How?", "So.", "And then?"), 2_000)).toBeDefined();
  });
});

describe("keys", () => {
  it("are the same for what begins alike, and others for another head", () => {
    const one = planner(openai);
    const groups = ["How?", "Why?"].map((question) => one.plan(prompt(rules, question), 0)?.group);
    expect(groups[0]).toBeDefined();
    expect(new Set(groups).size).toBe(1);
    expect(one.plan(prompt(text("other", 2_000), "How?"), 0)?.group).not.toBe(groups[0]);
  });

  it("are left to a client that names one, and to a provider without them", () => {
    expect(planner(openai).plan({ ...prompt(rules, "How?"), hasOwnKey: true }, 0)).toBeUndefined();
    expect(planner().plan(prompt(rules, "How?", "So.", "Then?"), 0)?.group).toBeUndefined();
  });

  it("are split by conversation where one is asked for too often, and joined when that is over", () => {
    const automatic = planner(rulesFor("openai-chat", "gpt-4o"));
    const groupsOf = (from: number, count: number) =>
      Array.from({ length: count }, (_, call) => automatic.plan(prompt(rules, `${call % 40}?`), from)?.group);
    expect(new Set(groupsOf(0, 15)).size).toBe(1);
    groupsOf(1_000, 60);
    const many = groupsOf(2_000, 40);
    expect(new Set(many).size).toBeGreaterThan(2);
    // Of one conversation there is one.
    expect(groupsOf(3_000, 5)).toEqual(many.slice(0, 5));
    for (let later = 2; later < 9; later++) groupsOf(later * minute, 1);
    expect(new Set(groupsOf(9 * minute, 10)).size).toBe(1);
  });
});
