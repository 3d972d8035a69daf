import { expect, it } from "vitest";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { everything, scopeOf, scopesOf, wholeTenant } from "../../core/scopes.ts";
import { EdgeLabels, labelFields } from "./edge-labels.ts";

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
  expect(labelFields(["a-1", "b-2"])).toEqual({
    "surrogate-key": "a-1 b-2",
    "cache-tag": "a-1,b-2",
    "cache-groups": '"a-1", "b-2"',
  });
  expect(labelFields([])).toEqual({});
});
