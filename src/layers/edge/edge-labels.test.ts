import { expect, it } from "vitest";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { everything, scopeOf, scopesOf, wholeTenant } from "../../core/scopes.ts";
import { EdgeLabels, fieldsReadBy, labelFields } from "./edge-labels.ts";

const labels = new EdgeLabels(fingerprintKey(Buffer.alloc(32, 1)));
const belonging = { tenant: "acme", namespace: "", model: "m", version: "", user: "ann@example.org", tags: ["doc:42"] };
const scopes = scopesOf(belonging);
const own = labels.ofGenerations(
  scopes.map(({ name }) => ({ scope: name })),
  "acme",
);

it("has the label of whatever takes the answer back, and of nothing that does not", () => {
  for (const scope of [
    everything,
    wholeTenant("acme"),
    scopeOf("tag", "doc:42", "acme"),
    scopeOf("tag", "doc:42", undefined),
    scopeOf("model", "m", undefined),
  ])
    expect(own).toContain(labels.ofScope(scope));
  for (const scope of [wholeTenant("other"), scopeOf("tag", "doc:42", "other"), scopeOf("tag", "doc:4", undefined)])
    expect(own).not.toContain(labels.ofScope(scope));
  expect(new Set(own).size).toBe(scopes.length);
});

it("says nothing of tags, tenants and users, also to those that do not tell capitals from small letters", () => {
  for (const label of own) expect(label).toMatch(/^[atgumnv][a-z2-7]{10}$/);
  const elsewhere = new EdgeLabels(fingerprintKey(Buffer.alloc(32, 2)));
  expect(elsewhere.ofScope(everything)).not.toBe(labels.ofScope(everything));
});

it("is written as each cache reads it", () => {
  expect(labelFields(["a-1", "b-2"], new Set())).toEqual({
    "surrogate-key": "a-1 b-2",
    "cache-tag": "a-1,b-2",
    "cache-groups": '"a-1", "b-2"',
  });
  expect(labelFields([], new Set(["cache-tag"]))).toEqual({});
});

it("says many labels once, or as often as there are caches that learn them by different fields", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `g${String(index).padStart(10, "0")}`);
  const fieldsFor = (count: number, ...kinds: string[]) =>
    Object.keys(labelFields(many(count), fieldsReadBy(kinds.map((kind) => ({ kind })))));
  expect(fieldsFor(58)).toEqual(["surrogate-key", "cache-tag", "cache-groups"]);
  expect(fieldsFor(90)).toEqual(["surrogate-key", "cache-tag"]);
  expect(fieldsFor(100, "nginx")).toEqual(["surrogate-key"]);
  expect(fieldsFor(200, "nginx")).toEqual([]);
  expect(fieldsFor(100, "cloudflare")).toEqual(["cache-tag"]);
  expect(fieldsFor(200, "varnish", "fastly", "webhook")).toEqual(["surrogate-key"]);
  expect(fieldsFor(200, "cloudfront", "varnish")).toEqual(["cache-tag", "surrogate-key"]);
  // A hundred tags have two labels each; a few stand beside them.
  for (const kind of ["varnish", "cloudflare"]) {
    const fields = Object.entries(labelFields(many(210), fieldsReadBy([{ kind }])));
    expect(fields.map(([name, value]) => name.length + value.length)[0]).toBeLessThan(2_600);
    expect(fields).toHaveLength(1);
  }
});
