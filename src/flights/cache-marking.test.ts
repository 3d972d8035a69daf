import { describe, expect, it } from "vitest";
import type { Asked } from "../core/call.ts";
import { ManualClock } from "../core/clock.ts";
import type { OriginResponse } from "../core/origin.ts";
import { Costs } from "../costs.ts";
import { CacheMarking } from "./cache-marking.ts";

const rules = "A rule of the house. ".repeat(400);

function asked(question: string, more: Partial<Asked["origin"]> = {}): Asked {
  const part = { takesMark: true, isLast: true } as const;
  const prompt = {
    parts: [
      { ...part, by: "head", text: rules },
      { ...part, by: "user", text: question },
    ],
    hasOwnMarks: false,
    hasOwnKey: false,
  };
  return {
    call: {
      protocol: { name: "anthropic-messages" },
      principal: { tenant: "a", user: undefined },
      directives: { layers: undefined },
      facts: { model: "claude-sonnet-4-5" },
      partition: (context: string) => context,
    },
    origin: { id: "https://api.anthropic.com", ...more },
    parsed: () => ({ markable: () => prompt }),
  } as unknown as Asked;
}

function marking(settings = { breakpoints: true, longRetention: false, rules: [] }) {
  const costs = new Costs({ price: () => ({ usage: undefined, price: undefined }), edition: () => 0 }, () => {});
  return new CacheMarking(settings, { clock: new ManualClock(), costs });
}

describe("marking calls", () => {
  it("what was learnt stays when the settings are read anew and are the same", () => {
    const one = marking();
    expect(one.mark(asked("How?"))).toBeUndefined();
    one.reconfigure({ breakpoints: true, longRetention: false, rules: [] });
    expect(one.mark(asked("Why?"))?.marks?.ends).toEqual([0]);
    one.reconfigure({ breakpoints: true, longRetention: false, rules: [["*", { leastTokens: 9_000 }]] });
    expect(one.mark(asked("When?"))).toBeUndefined();
    expect(one.mark(asked("Who?"))).toBeUndefined();
    one.reconfigure({ breakpoints: false, longRetention: false, rules: [] });
    expect(one.mark(asked("Who?"))).toBeUndefined();
  });

  it("the upstream's option comes before its host", () => {
    const one = marking();
    one.mark(asked("How?"));
    expect(one.mark(asked("Why?", { takesMarks: false }))).toBeUndefined();
    expect(one.mark(asked("Why?"))).toBeDefined();
  });

  it("an answer that is none leaves the provider's cache as it was, and books nothing", () => {
    const one = marking();
    one.mark(asked("How?"));
    const told: unknown[] = [];
    const response = { status: 529, headers: {}, body: [] as never, told: (usage: unknown) => told.push(usage) };
    const watched = one.mark(asked("Why?"))?.watched(response as unknown as OriginResponse);
    expect(watched).toBe(response);
  });

  it("whoever else hears of usage still does", () => {
    const one = marking();
    one.mark(asked("How?"));
    const told: unknown[] = [];
    const response = { status: 200, headers: {}, body: [] as never, told: (usage: unknown) => told.push(usage) };
    one
      .mark(asked("Why?"))
      ?.watched(response as unknown as OriginResponse)
      .told?.(undefined);
    expect(told).toEqual([undefined]);
  });
});
