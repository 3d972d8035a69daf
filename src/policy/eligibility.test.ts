import { describe, expect, it } from "vitest";
import type { Call } from "../core/call.ts";
import { type Directives, defaultDirectives } from "../core/directives.ts";
import type { CallPolicy, StochasticMode } from "../core/policy.ts";
import { bypassReason, mayStore } from "./eligibility.ts";
import { isDeterministic, isTooStochasticToStore, RepeatWatch, variantsOf } from "./stochastic.ts";

const callOf = (
  directives: Partial<Directives> = {},
  policy: Partial<CallPolicy> = {},
  temperature: number | undefined = undefined,
  more: object = {},
): Call =>
  ({
    directives: { ...defaultDirectives, ...directives },
    policy: { enabled: true, ttlMs: 1_000, stochastic: "cache-first", variants: 1, regenerateWindowMs: 0, ...policy },
    facts: { temperature, dependencies: [] },
    ...more,
  }) as unknown as Call;

const modes: readonly StochasticMode[] = ["cache-first", "deterministic-only", "force-zero", "skip", "variants"];

describe("bypassReason", () => {
  it("gives the server's reason before the caller's", () => {
    const everything: Partial<Directives> = { noStore: true, read: false, write: false, layers: new Set(["edge"]) };
    expect(bypassReason(callOf())).toBeUndefined();
    expect(bypassReason(callOf({}, { stochastic: "skip" }, 0))).toBeUndefined();
    expect(bypassReason(callOf({}, { stochastic: "skip" }))).toBe("stochastic");
    expect(bypassReason(callOf({ layers: new Set(["edge"]) }, { stochastic: "skip" }))).toBe("layer_off");
    expect(bypassReason(callOf({ ...everything, noStore: false }, { stochastic: "skip" }))).toBe("cache_off");
    expect(bypassReason(callOf(everything, { stochastic: "skip" }))).toBe("no_store");
    expect(bypassReason(callOf(everything, { stochastic: "skip", enabled: false }))).toBe("not_cacheable");
  });

  it("bypasses a call of nobody where users are kept apart, since nobody else may have its answer", () => {
    const asked = (user: string | undefined, perUser: boolean) =>
      bypassReason(callOf({}, { perUser }, 0, { principal: { tenant: "t", user } }));
    expect(asked(undefined, true)).toBe("not_cacheable");
    expect(asked("u", true)).toBeUndefined();
    expect(asked(undefined, false)).toBeUndefined();
  });

  it.each([
    ["conversation", {}, "provider_state"],
    ["background", {}, "provider_state"],
    ["previous_answer", {}, undefined],
    ["previous_answer", { previousAnswers: false }, "provider_state"],
    ["kept", {}, undefined],
    ["kept", { keptAnswers: false }, "provider_state"],
    ["provider_tools", {}, "provider_tools"],
    ["provider_tools", { providerTools: true }, undefined],
    ["other_form", {}, "not_cacheable"],
    ["other_form", { providerTools: true }, "not_cacheable"],
  ] as const)("judges a call with %s under %j", (dependency, set, reason) => {
    const policy = { previousAnswers: true, keptAnswers: true, providerTools: false, ...set };
    const call = callOf({}, policy, 0, { facts: { model: "m", temperature: 0, dependencies: [dependency] } });
    expect(bypassReason(call)).toBe(reason);
  });

  it("bypasses a call that names no model, since which one answers is not known", () => {
    expect(bypassReason(callOf({}, {}, 0, { facts: { model: "", temperature: 0, dependencies: [] } }))).toBe(
      "not_cacheable",
    );
    expect(
      bypassReason(callOf({}, {}, 0, { facts: { model: "m", temperature: 0, dependencies: [] } })),
    ).toBeUndefined();
  });

  it("never bypasses while any of reading and writing is left, and the exact layer is among those wanted", () => {
    for (const read of [true, false]) {
      for (const write of [true, false]) {
        for (const layers of [undefined, new Set(["exact"] as const), new Set(["exact", "edge"] as const)]) {
          const reason = bypassReason(callOf({ read, write, layers }));
          expect(reason).toBe(read || write ? undefined : "cache_off");
        }
      }
    }
  });
});

describe("mayStore", () => {
  it("asks the caller, the ttl of both, and the policy on answers that vary", () => {
    for (const mode of modes) {
      for (const temperature of [undefined, 0, 0.7]) {
        const expected = mode !== "deterministic-only" || temperature === 0;
        expect(mayStore(callOf({}, { stochastic: mode }, temperature)), `${mode} ${temperature}`).toBe(expected);
        expect(mayStore(callOf({ write: false }, { stochastic: mode }, temperature))).toBe(false);
        expect(mayStore(callOf({ ttlMs: 0 }, { stochastic: mode }, temperature))).toBe(false);
        expect(mayStore(callOf({ ttlMs: 5 }, { stochastic: mode, ttlMs: 0 }, temperature))).toBe(false);
      }
    }
  });

  it("never allows what is bypassed for the caller's sake", () => {
    expect(mayStore(callOf({ noStore: true, read: false, write: false }))).toBe(false);
  });
});

describe("answers that vary", () => {
  it("are all but those at temperature 0", () => {
    expect([0, -0, 0.1, 1, undefined].map((temperature) => isDeterministic(callOf({}, {}, temperature)))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(isTooStochasticToStore(callOf({}, { stochastic: "deterministic-only" }))).toBe(true);
    expect(isTooStochasticToStore(callOf())).toBe(false);
  });

  it("have variants in that mode only, and never fewer than one", () => {
    for (const mode of modes) {
      expect(variantsOf({ temperature: 1 }, { stochastic: mode, variants: 5 })).toBe(mode === "variants" ? 5 : 1);
    }
    expect(variantsOf({ temperature: undefined }, { stochastic: "variants", variants: 0 })).toBe(1);
    expect(variantsOf({ temperature: 0 }, { stochastic: "variants", variants: 5 })).toBe(1);
  });
});

describe("RepeatWatch", () => {
  const asked = (key: string, user?: string, windowMs = 1_000) =>
    callOf({}, { regenerateWindowMs: windowMs }, undefined, { key, principal: { tenant: "t", user } });

  it("knows the same call of the same user within the window", () => {
    const watch = new RepeatWatch();
    expect(watch.isRepeat(asked("k", "u"), 0)).toBe(false);
    expect(watch.isRepeat(asked("k", "v"), 0)).toBe(false);
    expect(watch.isRepeat(asked("k"), 0)).toBe(false);
    expect(watch.isRepeat(asked("l", "u"), 0)).toBe(false);
    expect(watch.isRepeat(asked("k", "u"), 1_000)).toBe(true);
    expect(watch.isRepeat(asked("k", "u"), 2_001)).toBe(false);
  });

  it("watches nothing where the policy does not ask for it", () => {
    const watch = new RepeatWatch();
    for (let count = 0; count < 3; count++) expect(watch.isRepeat(asked("k", "u", 0), 0)).toBe(false);
  });

  it("remembers a bounded number of calls, the latest", () => {
    const watch = new RepeatWatch(3);
    for (const key of ["a", "b", "c"]) watch.isRepeat(asked(key), 0);
    expect(watch.isRepeat(asked("a"), 1)).toBe(true);
    expect(watch.isRepeat(asked("d"), 1)).toBe(false); // b makes room
    expect(watch.isRepeat(asked("a"), 2)).toBe(true);
    expect(watch.isRepeat(asked("b"), 2)).toBe(false);
  });
});
