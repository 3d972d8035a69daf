import { expect, it } from "vitest";
import { readConfig } from "../../gateway/config.ts";
import { checkTenancy } from "./tenancy-findings.ts";

it("doctor warns of an upstream that nobody would show a key to", () => {
  const upstreams = {
    openai: { url: "https://api.openai.com/v1", apiKey: "k-1" },
    anthropic: { url: "https://api.anthropic.com", protocol: "anthropic" },
    engine: { url: "http://127.0.0.1:8000/v1" },
  };
  const reading = readConfig({ environment: {}, flags: { "tenancy.mode": "keys", upstreams } });
  expect(reading.ok && checkTenancy(reading.config)).toEqual([
    { check: "tenancy", detail: "callers show virtual keys" },
    {
      check: "tenancy",
      detail: "upstream anthropic is shown no key",
      problem: { severity: "warning", remedy: expect.stringContaining("upstreams.anthropic.apiKey") },
    },
  ]);
  const brief = readConfig({ environment: {}, flags: { "tenancy.mode": "keys", "store.url": "memory", upstreams } });
  expect(brief.ok && checkTenancy(brief.config)[1]?.detail).toContain("(memory) loses the keys");
  const usual = readConfig({ environment: {}, flags: {} });
  expect(usual.ok && checkTenancy(usual.config)).toEqual([]);
});
