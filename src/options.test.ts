import { describe, expect, it } from "vitest";
import { type OptionMistake, readSettings } from "./options.ts";

const settingsOf = (input: unknown) => {
  const reading = readSettings(input);
  return reading.ok ? reading.settings : expect.fail(JSON.stringify(reading.mistakes));
};
const mistakesIn = (input: unknown): readonly OptionMistake[] => {
  const reading = readSettings(input);
  return reading.ok ? expect.fail("no mistake was found") : reading.mistakes;
};
const exact = (policy: object) => ({ layers: { exact: policy } });

describe("readSettings", () => {
  it("leaves unset in a rule what the rule does not say", () => {
    const { rules } = settingsOf({ rules: [{ match: { model: "gpt-*" }, ttl: "10m" }, { enabled: "false" }] });
    expect(rules).toEqual([
      { match: { model: "gpt-*" }, ttl: 600_000 },
      { match: {}, enabled: false },
    ]);
  });

  it("takes numbers and switches as text, as the environment gives them", () => {
    expect(settingsOf({ server: { port: "8080" } }).server.port).toBe(8080);
    expect(settingsOf(exact({ enabled: "false", variants: "3" })).layers.exact).toMatchObject({
      enabled: false,
      variants: 3,
    });
  });

  it.each([
    ["512kb", 524_288],
    ["1.5MB", 1_572_864],
    [" 2 gb ", 2_147_483_648],
    ["100", 100],
    ["1b", 1],
    [65_536, 65_536],
  ])("reads %j as %d bytes", (text, bytes) => {
    expect(settingsOf(exact({ maxEntryBytes: text })).layers.exact.maxEntryBytes).toBe(bytes);
  });

  it.each<[unknown, readonly string[]]>([
    [[], []],
    [
      ["litellm", "cloudflare", "litellm"],
      ["cloudflare", "litellm"],
    ],
    ["all", ["cloudflare", "helicone", "portkey", "bifrost", "openrouter", "litellm"]],
    [["all"], ["cloudflare", "helicone", "portkey", "bifrost", "openrouter", "litellm"]],
  ])("reads %j as a list of gateways", (given, gateways) => {
    expect(settingsOf({ compat: { headers: given } }).compat.headers).toEqual(gateways);
  });

  it("strips the slash from a base URL", () => {
    expect(settingsOf({ upstreams: { a: { url: "http://127.0.0.1:9/v1/" } } }).upstreams?.["a"]?.url).toBe(
      "http://127.0.0.1:9/v1",
    );
  });

  const rows: readonly (readonly [input: unknown, path: string, value: unknown, rule: string])[] = [
    [5, "", 5, "must be a section with options below it"],
    [[], "", [], "must be a section with options below it"],
    [{ sever: {} }, "sever", {}, "is not an option"],
    [{ server: 5 }, "server", 5, "must be a section with options below it"],
    [{ server: { port: 70_000 } }, "server.port", 70_000, "must be an integer from 0 to 65535"],
    [{ server: { port: -1 } }, "server.port", -1, "must be an integer from 0 to 65535"],
    [{ server: { port: 1.5 } }, "server.port", 1.5, "must be an integer from 0 to 65535"],
    [{ server: { host: "" } }, "server.host", "", "must be a text that is not empty"],
    [{ server: { maxBodyBytes: "0" } }, "server.maxBodyBytes", "0", "must be a size"],
    [{ server: { maxBodyBytes: "0.1b" } }, "server.maxBodyBytes", "0.1b", "must be a size"],
    [{ server: { maxBodyBytes: -5 } }, "server.maxBodyBytes", -5, "must be a size"],
    [{ server: { maxBodyBytes: "10 megs" } }, "server.maxBodyBytes", "10 megs", "must be a size"],
    [
      { server: { maxBodyBytes: `${"9".repeat(400)}gb` } },
      "server.maxBodyBytes",
      `${"9".repeat(400)}gb`,
      "must be a size",
    ],
    [{ upstreams: { a: {} } }, "upstreams.a.url", undefined, "must be an http or https URL"],
    [{ upstreams: { a: { url: "ftp://host" } } }, "upstreams.a.url", "ftp://host", "must be an http or https URL"],
    [
      { upstreams: { a: { url: "http://u:p@host" } } },
      "upstreams.a.url",
      "http://u:p@host",
      "must be an http or https URL",
    ],
    [
      { upstreams: { a: { url: "http://host?x=1" } } },
      "upstreams.a.url",
      "http://host?x=1",
      "must be an http or https URL",
    ],
    [{ upstreams: { a: 5 } }, "upstreams.a", 5, "must be a section"],
    [{ models: { "gpt-*": 5 } }, "models.gpt-*", 5, "must be a string"],
    [exact({ ttl: "soon" }), "layers.exact.ttl", "soon", "must be a duration"],
    [exact({ ttl: -1 }), "layers.exact.ttl", -1, "must be a duration"],
    [exact({ ttlJitter: 0.51 }), "layers.exact.ttlJitter", 0.51, "must be a number from 0 to 0.5"],
    [exact({ enabled: "yes" }), "layers.exact.enabled", "yes", "must be true or false"],
    [
      exact({ stochastic: "maybe" }),
      "layers.exact.stochastic",
      "maybe",
      "must be one of cache-first, deterministic-only",
    ],
    [exact({ variants: 0 }), "layers.exact.variants", 0, "must be an integer from 1 to 100"],
    [exact({ hitUsage: null }), "layers.exact.hitUsage", null, "must be one of original, zero"],
    [exact({ tl: 1 }), "layers.exact.tl", 1, "is not an option"],
    [{ rules: {} }, "rules", {}, "must be a list"],
    [{ rules: [{ match: { modle: "x" } }] }, "rules.0.match.modle", "x", "is not an option"],
    [{ rules: [{}, { ttl: "soon" }] }, "rules.1.ttl", "soon", "must be a duration"],
    [{ rules: [{ tags: "a" }] }, "rules.0.tags", "a", "must be a list of tags"],
    [{ rules: [{ tags: ["Doc"] }] }, "rules.0.tags", ["Doc"], "must be a list of tags"],
    [{ rules: [{ match: { model: 5 } }] }, "rules.0.match.model", 5, "must be a text"],
    [{ compat: { headers: true } }, "compat.headers", true, "must be a list of cloudflare, helicone"],
    [{ compat: { headers: ["kong"] } }, "compat.headers", ["kong"], "must be a list of cloudflare, helicone"],
    [{ security: { masterKey: "" } }, "security.masterKey", "", "must be a text"],
    [
      { tenancy: { shared: { "a b": { tenants: ["t"] } } } },
      "tenancy.shared.a b",
      { tenants: ["t"] },
      "must be named with",
    ],
    [
      { tenancy: { shared: { a: { tenants: [] } } } },
      "tenancy.shared.a.tenants",
      [],
      'must be a list of tenants, or "*"',
    ],
    [
      { tenancy: { shared: { a: { tenants: ["t", "u v"] } } } },
      "tenancy.shared.a.tenants.1",
      "u v",
      "must be the id of a tenant: it must be 1 to 128",
    ],
    [
      { tenancy: { shared: { a: { tenants: ["t\u0000"] } } } },
      "tenancy.shared.a.tenants.0",
      "t\u0000",
      "must be the id of a tenant",
    ],
    [
      { tenancy: { shared: { a: { tenants: "*" } } } },
      "tenancy.shared.a.tenants",
      "*",
      "must be a list where anybody can be a tenant",
    ],
    [{ rules: [{ share: "a" }] }, "rules.0.share", "a", "must be a scope of `tenancy.shared`"],
    [
      { tenancy: { shared: { a: { tenants: ["t"] } } }, rules: [{ match: { tag: "x" }, share: "a" }] },
      "rules.0.match.tag",
      "x",
      "must not decide on what is shared",
    ],
    [
      { security: { masterKey: "a text of some length" } },
      "security.masterKey",
      "a text of some length",
      "must be 32 bytes in base64",
    ],
    [{ security: { previousMasterKeys: ["short"] } }, "security.previousMasterKeys", ["short"], "each 32 bytes"],
    [{ security: { sealing: "on" } }, "security.sealing", "on", "must not be on without a master key"],
  ];
  it.each(rows)("turns %j down: path, value, rule and remedy", (input, path, value, rule) => {
    const [mistake, ...others] = mistakesIn(input);
    expect(others).toEqual([]);
    expect(mistake).toEqual({
      path,
      value,
      rule: expect.stringContaining(rule),
      remedy: expect.stringMatching(/^[A-Z].{10,}\.$/),
    });
  });

  it("gives the remedy of the option where it has one", () => {
    expect(mistakesIn({ server: { port: "x" } })[0]?.remedy).toContain("Choose a free port");
    expect(mistakesIn({ upstreams: { a: { url: "x" } } })[0]?.remedy).toContain("Give the base URL");
  });

  it("reports every mistake, not only the first", () => {
    const input = {
      server: { port: "x", hots: 1 },
      nothing: 1,
      rules: [{ ttl: "soon" }],
      ...exact({ enabled: 5, variants: 0 }),
    };
    expect(
      mistakesIn(input)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(
      ["layers.exact.enabled", "layers.exact.variants", "nothing", "rules.0.ttl", "server.hots", "server.port"].sort(),
    );
  });
});
