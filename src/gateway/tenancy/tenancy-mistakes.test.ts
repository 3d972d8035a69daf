import { expect, it } from "vitest";
import { describeMistake, readConfig } from "../config.ts";
import { withoutSecrets } from "../secrets.ts";

const url = "https://api.openai.com/v1";
const secret = "a-secret-of-the-proxy-1";

function mistakesOf(flags: Readonly<Record<string, unknown>>): readonly string[] {
  const reading = readConfig({ environment: {}, flags });
  return reading.ok ? [] : reading.mistakes.map(describeMistake);
}

it.each<[string, Readonly<Record<string, unknown>>, RegExp?]>([
  ["keys", { "tenancy.mode": "keys", upstreams: { main: { url, apiKey: "k-1" } } }],
  ["a proxy with a secret", { "tenancy.mode": "header", "tenancy.header.secret": secret }],
  ["a proxy with two", { "tenancy.mode": "header", "tenancy.header.secret": [secret, `${secret}2`] }],
  ["a proxy without a proof", { "tenancy.mode": "header" }, /tenancy\.header\.secret = .*must be set/],
  ["a short secret", { "tenancy.mode": "header", "tenancy.header.secret": "short" }, /16 to 512/],
  ["a certificate without TLS", { "tenancy.mode": "header", "tenancy.header.certificate": true }, /clientCa/],
  ["one field for two things", { "tenancy.header.user": "x-ai-TENANT" }, /three different fields/],
  ["a field that means something else", { "tenancy.header.tenant": "Authorization" }, /no other meaning/],
  ["a field that is none", { "tenancy.header.tenant": "X Tenant" }, /no other meaning/],
  ["a mode that there is not", { "tenancy.mode": "none" }, /one of credential, keys, header/],
  [
    "everybody with one key",
    { upstreams: { main: { url, apiKey: "k-1" } } },
    /upstreams\.main\.apiKey = \(hidden\).*anybody/,
  ],
  ["an upstream for some", { "tenancy.mode": "keys", upstreams: { main: { url, tenants: ["acme", "acme-*"] } } }],
  ["an upstream for nobody", { "tenancy.mode": "keys", upstreams: { main: { url, tenants: [] } } }, /list of names/],
  [
    "an upstream for names that nobody has",
    { "tenancy.mode": "keys", upstreams: { main: { url, tenants: ["acme", "ac me"] } } },
    /upstreams\.main\.tenants\.1 = "ac me": must be 1 to 256 of the characters/,
  ],
  [
    "an upstream for some who have no names",
    { upstreams: { main: { url, tenants: ["acme"] } } },
    /upstreams\.main\.tenants = .*modes keys and header/,
  ],
])("the configuration of %s is read, or its mistake told", (_, flags, mistake) => {
  const told = mistakesOf(flags);
  expect(told).toHaveLength(mistake === undefined ? 0 : 1);
  if (mistake !== undefined) expect(told[0]).toMatch(mistake);
  expect(told.join()).not.toContain("k-1");
});

it("secrets of it are hidden where it is shown", () => {
  const reading = readConfig({
    environment: {},
    flags: {
      "tenancy.mode": "header",
      "tenancy.header.secret": [secret, `${secret}2`],
      upstreams: { main: { url, apiKey: "sk-upstream-1" } },
    },
  });
  expect(reading.ok).toBe(true);
  const shown = JSON.stringify(withoutSecrets(reading.ok ? reading.config : {}));
  expect(shown).not.toContain(secret);
  expect(shown).not.toContain("sk-upstream-1");
  expect(shown).toContain("X-AI-Proxy-Secret");
});
