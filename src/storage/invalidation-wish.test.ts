import { describe, expect, it } from "vitest";
import { entryId } from "../core/entry-id.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { everything, scopeOf, wholeTenant } from "../core/scopes.ts";
import { type Invalidation, readInvalidation } from "./invalidation-wish.ts";

const id = entryId("ten:ant", "slot_1");

describe("readInvalidation: what each field means", () => {
  it.each<[string, Invalidation, (tenant: string | undefined) => object]>([
    ["a tag", { tags: ["doc:42"] }, (tenant) => scopeOf("tag", "doc:42", tenant)],
    ["a user", { user: "ann" }, (tenant) => scopeOf("user", "ann", tenant)],
    ["a model", { model: "gpt-x" }, (tenant) => scopeOf("model", "gpt-x", tenant)],
    ["a namespace", { namespace: "live" }, (tenant) => scopeOf("namespace", "live", tenant)],
    ["the default namespace", { namespace: "" }, (tenant) => scopeOf("namespace", "", tenant)],
    ["a version label", { version: "7" }, (tenant) => scopeOf("version", "7", tenant)],
    ["the absence of one", { version: "" }, (tenant) => scopeOf("version", "", tenant)],
    ["everything", { all: true }, (tenant) => (tenant === undefined ? everything : wholeTenant(tenant))],
  ])("%s: of all tenants, or of one", (_, wish, scope) => {
    expect(readInvalidation(wish)).toEqual({ scopes: [scope(undefined)], places: [] });
    expect(readInvalidation({ ...wish, tenant: "t" })).toEqual({ scopes: [scope("t")], places: [] });
  });

  it("a tenant alone is all that it has", () => {
    expect(readInvalidation({ tenant: "t" })).toEqual({ scopes: [wholeTenant("t")], places: [] });
  });

  it("all of them together are each taken back by itself, and nothing twice", () => {
    const wish = { keys: [id, id], tags: ["a", "b", "a"], user: "u", model: "m", namespace: "n", version: "v" };
    const { scopes, places } = readInvalidation({ ...wish, tenant: "ten:ant", all: true });
    expect(scopes.map(({ name }) => name.split(":")[0])).toEqual([
      ...["tenant", "tag", "tag", "user", "model", "namespace", "version"],
    ]);
    expect(scopes.every(({ tenant }) => tenant === "ten:ant")).toBe(true);
    expect(places).toEqual([{ tenant: "ten:ant", slot: "slot_1" }]);
  });

  it("an entry of another tenant is not of this one", () => {
    expect(readInvalidation({ keys: [id], tenant: "other" })).toEqual({ scopes: [], places: [] });
    expect(readInvalidation({ keys: [id] }).places).toHaveLength(1);
  });

  it.each([
    [{ tags: [] }],
    [{ keys: [] }],
    [{ tags: [], tenant: "t" }],
    [{ keys: [], tags: [], tenant: "t", all: false }],
  ])("an empty list names nothing, and not the whole tenant: %j", (wish) => {
    expect(readInvalidation(wish)).toEqual({ scopes: [], places: [] });
  });
});

describe("readInvalidation: what breaks a rule is named", () => {
  it.each<[unknown, string, string]>([
    [{}, "all", "must be true when nothing else is named"],
    [{ all: false }, "all", "must be true when nothing else is named"],
    [{ all: false, tenant: "t" }, "all", "must be true when nothing else is named"],
    [{ all: "yes" }, "all", "must be true or false"],
    [{ tag: ["a"] }, "tag", "is not something to invalidate by"],
    [{ tags: "a" }, "tags", "must be a list of tags"],
    [{ tags: ["a", ""] }, "tags.1", "must be a text that is not empty"],
    [{ tags: [1] }, "tags.0", "must be a text that is not empty"],
    [{ tags: Array.from({ length: 1_001 }, String) }, "tags", "must name at most 1000 tags"],
    [{ keys: ["nonsense"] }, "keys.0", "must be the id of an entry"],
    [{ keys: [`${id}`, "%:x"] }, "keys.1", "must be the id of an entry"],
    [{ keys: [null] }, "keys.0", "must be the id of an entry"],
    [{ tenant: "" }, "tenant", "must be a text that is not empty"],
    [{ tenant: null }, "tenant", "must be a text that is not empty"],
    [{ user: "" }, "user", "must be a text that is not empty"],
    [{ model: 7 }, "model", "must be a text that is not empty"],
    [{ namespace: 7 }, "namespace", "must be a text"],
    [{ version: {} }, "version", "must be a text"],
    [[], "", "must be an object that names what to invalidate"],
    [null, "", "must be an object that names what to invalidate"],
    ["all", "", "must be an object that names what to invalidate"],
  ])("%j", (wish, path, rule) => {
    const read = () => readInvalidation(wish as Invalidation);
    expect(read).toThrow(InvalidOptionError);
    expect(read).toThrow(
      expect.objectContaining({ path, rule: expect.stringContaining(rule), message: expect.stringContaining(rule) }),
    );
  });
});
