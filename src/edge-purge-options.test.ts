import { describe, expect, it } from "vitest";
import { readSettings } from "./options.ts";

const url = "http://127.0.0.1:6081";
const secret = "a-secret-of-the-tests";
const site = "https://www.example.com";

function reading(purge: object) {
  return readSettings({ layers: { edge: { purge } } });
}

function mistakes(purge: object) {
  const read = reading(purge);
  return read.ok ? [] : read.mistakes.map(({ path, rule, remedy }) => ({ path, rule, remedy }));
}

describe("the caches in front that are told to forget", () => {
  it("are none unless they are named", () => {
    const read = readSettings({});
    expect(read.ok && read.settings.layers.edge.purge).toEqual({});
  });

  it("are read with their defaults", () => {
    const read = reading({ front: { kind: "varnish", url: `${url}/`, secret } });
    expect(read.ok && read.settings.layers.edge.purge).toEqual({
      front: { kind: "varnish", url, secret, plan: "free", repeatAfter: 3_000 },
    });
  });

  it.each([
    ["varnish", ["url", "secret"]],
    ["nginx", ["url", "secret"]],
    ["cloudflare", ["site", "zone", "token"]],
    ["fastly", ["site", "service", "token"]],
    ["cloudfront", ["distribution", "accessKeyId", "secretAccessKey"]],
    ["webhook", ["url", "secret"]],
  ])("of the kind %s say what they cannot do without", (kind, needed) => {
    const all = mistakes({ front: { kind } });
    expect(all.map(({ path }) => path)).toEqual(needed.map((name) => `layers.edge.purge.front.${name}`));
    for (const { rule, remedy } of all)
      expect([rule, remedy]).toEqual([
        `must be there for a cache of the kind ${kind}`,
        expect.stringMatching(/^Give /),
      ]);
  });

  it.each([
    [{ kind: "squid", url, secret }, "kind", /^must be one of varnish, nginx, /],
    [{ kind: "varnish", url: "ftp://x", secret }, "url", /^must be an http or https URL/],
    [{ kind: "varnish", url: "http://user:pass@x", secret }, "url", /^must be an http or https URL/],
    [{ kind: "varnish", url, secret: "short" }, "secret", /^must be at least 16 characters/],
    [{ kind: "varnish", url, secret: "a secret with spaces" }, "secret", /^must be at least 16 characters/],
    [{ kind: "cloudflare", site, zone: "z", token: "t", plan: "gold" }, "plan", /^must be one of free, /],
    [{ kind: "varnish", url, secret, repeatAfter: 5 }, "repeatAfter", /^must be a duration with its unit/],
    [{ kind: "varnish", url, secret, adress: url }, "adress", /^is not an option/],
  ])("say what is wrong with %j", (cache, name, rule) => {
    const [mistake] = mistakes({ front: cache });
    expect([mistake?.path, mistake?.rule]).toEqual([`layers.edge.purge.front.${name}`, expect.stringMatching(rule)]);
  });

  it("have names that fit into keys and labels", () => {
    expect(mistakes({ "a:b": { kind: "varnish", url, secret } })).toEqual([
      {
        path: "layers.edge.purge.a:b",
        rule: "must be named with letters, digits, dot, dash and underscore",
        remedy: "Rename the cache.",
      },
    ]);
  });
});
