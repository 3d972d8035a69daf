import { describe, expect, it } from "vitest";
import type { Usage } from "../../../core/recording.ts";
import { anthropic, lint, policy, type Said } from "./prefix-lint-samples.ts";

describe("a prefix that did not change and was computed anew", () => {
  const minute = 60_000;
  const told = (inputTokens: number, cachedInputTokens: number, cacheWriteTokens = 0): Usage => ({
    ...{ inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens: 9, reasoningTokens: 0 },
  });
  const causes = (prompts: readonly Said[]) => lint(prompts).lapses.map(({ cause, calls }) => [cause, calls]);

  it("had lapsed, by the time alone or by what the provider tells", () => {
    const at = (minutes: number, usage?: Usage): Said => ({ call: { at: minutes * minute, durationMs: 900, usage } });
    expect(causes([at(1), at(3), at(20)])).toEqual([["lapsed", 1]]);
    expect(causes([at(1, told(1_300, 0)), at(3, told(1_300, 1_280)), at(20, told(1_300, 0))])).toEqual([["lapsed", 1]]);
    expect(causes([at(1, told(1_300, 0)), at(20, told(1_300, 1_280))])).toEqual([]);
  });

  it("was too short for the provider", () => {
    const short: Said = { system: policy.slice(0, 2_500), call: { usage: told(630, 0) } };
    expect(causes([short, short, short])).toEqual([["below-minimum", 2]]);
    // Far from it there is nothing to be gained.
    const shorter: Said = { system: policy.slice(0, 800), call: { usage: told(300, 0) } };
    expect(causes([shorter, shorter, shorter])).toEqual([]);
  });

  it("lay further back than a mark looks", () => {
    const blocks = (count: number) =>
      Array.from({ length: count }, (_, index) => `Step ${index} ${"and so on ".repeat(20)}`);
    const at = (minutes: number, count: number, usage: Usage): Said => ({
      messages: blocks(count),
      call: { ...anthropic, at: minutes * minute, usage },
    });
    const near = [at(1, 1, told(1_500, 0, 1_400)), at(2, 11, told(2_000, 1_400, 500))];
    expect(causes(near)).toEqual([]);
    expect(causes([...near, at(3, 41, told(4_000, 0, 3_900))])).toEqual([["look-back", 1]]);
  });

  it("was not marked where only what is marked is kept", () => {
    const bare: Said = { call: { ...anthropic, usage: told(1_500, 0) } };
    expect(causes([bare, bare])).toEqual([["unmarked", 1]]);
  });

  it("should have been there", () => {
    const at = (minutes: number, cached: number): Said => ({
      call: { at: minutes * minute, usage: told(1_300, cached) },
    });
    expect(causes([at(1, 0), at(2, 1_280), at(3, 0)])).toEqual([["elsewhere", 1]]);
  });

  it("could not be there yet when both came at once", () => {
    const at = (time: number, cached: number, name: string): Said => ({
      system: `${name}. ${policy}`,
      call: { ...anthropic, at: time, durationMs: 2_000, usage: told(1_500, cached, 1_400 - cached) },
    });
    const telling = [at(1_000, 0, "One"), at(10_000, 1_400, "One")];
    expect(causes([...telling, at(20_000, 0, "Two"), at(20_500, 0, "Two")])).toEqual([]);
    // The first had its answer by then.
    expect(causes([...telling, at(20_000, 0, "Two"), at(23_000, 0, "Two")])).toEqual([["elsewhere", 1]]);
  });
});
