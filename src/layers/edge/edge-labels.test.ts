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
  for (const label of own) expect(label).toMatch(/^(all|tenant|tag|user|model|namespace|version)-[0-9a-f]{16}$/);
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
  const many = (count: number) => Array.from({ length: count }, (_, index) => `tag-${String(index).padStart(16, "0")}`);
  const fieldsFor = (count: number, ...kinds: string[]) =>
    Object.keys(labelFields(many(count), fieldsReadBy(kinds.map((kind) => ({ kind })))));
  expect(fieldsFor(30)).toEqual(["surrogate-key", "cache-tag", "cache-groups"]);
  expect(fieldsFor(50)).toEqual(["surrogate-key", "cache-tag"]);
  expect(fieldsFor(100, "nginx")).toEqual(["surrogate-key"]);
  expect(fieldsFor(200, "nginx")).toEqual([]);
  expect(fieldsFor(100, "cloudflare")).toEqual(["cache-tag"]);
  expect(fieldsFor(200, "varnish", "fastly", "webhook")).toEqual(["surrogate-key"]);
  expect(fieldsFor(200, "cloudfront", "varnish")).toEqual(["cache-tag", "surrogate-key"]);
});
