import { describe, expect, it } from "vitest";
import { readSettings } from "./options.ts";
import { policyOf } from "./policy-options.ts";

const settingsOf = (input: unknown) => {
  const reading = readSettings(input);
  return reading.ok ? reading.settings : expect.fail(JSON.stringify(reading.mistakes));
};

describe("policyOf", () => {
  it("gives the defaults in the pipeline's own terms, complete", () => {
    const { exact } = settingsOf({}).layers;
    const { personalData, ...policy } = policyOf(exact);
    expect(personalData).toEqual(exact.personalData);
    expect(policy).toMatchInlineSnapshot(`
      {
        "anyModel": false,
        "enabled": true,
        "hitUsage": "original",
        "honourNoStore": true,
        "invalidateOnModelChange": false,
        "keptAnswers": true,
        "maxEntryBytes": 8388608,
        "maxTtlMs": 2592000000,
        "perUser": false,
        "personalDataExcept": [],
        "personalDataTtlMs": 600000,
        "previousAnswers": true,
        "providerTools": false,
        "regenerateWindowMs": 0,
        "replayPaceMs": 0,
        "staleIfErrorMs": 86400000,
        "staleWhileRevalidateMs": 0,
        "stochastic": "cache-first",
        "storeToolCalls": true,
        "storeTruncated": false,
        "strictJson": true,
        "ttlJitter": 0.05,
        "ttlMs": 3600000,
        "variants": 1,
      }
    `);
  });

  it("sets only what is given", () => {
    expect(policyOf({})).toEqual({});
    expect(policyOf({ ttl: 5, toolCalls: false })).toEqual({ ttlMs: 5, storeToolCalls: false });
  });

  it("turns the wish to regenerate into a window, or none", () => {
    expect(policyOf({ regenerate: true, regenerateWindow: 5 })).toEqual({ regenerateWindowMs: 5 });
    expect(policyOf({ regenerate: true })).toEqual({ regenerateWindowMs: 60_000 });
    expect(policyOf({ regenerate: false, regenerateWindow: 5 })).toEqual({ regenerateWindowMs: 0 });
  });
});
