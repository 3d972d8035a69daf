import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RedisKeys } from "./redis-keys.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0xd7ff, max: 0xe000 })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("", ":", "~", "1:", "6:a:", "*", "[a]", "\\"),
);

test("names tenant and key so that they can be taken apart again", () => {
  const keys = new RedisKeys("reprise:");
  expect(keys.nameOf("tenant", "key")).toBe("reprise:6:tenant:key");
  expect(keys.nameOf("", "")).toBe("reprise:0::");
  expect(keys.nameOf("\ud800", "\udc01")).toBe("reprise:4~00d8~01dc");
  fc.assert(
    fc.property(anyText, anyText, (tenant, key) => {
      expect(keys.parse(Buffer.from(keys.nameOf(tenant, key)))).toEqual({ tenant, key });
    }),
  );
});

test("knows what is not one of its names", () => {
  const keys = new RedisKeys("reprise:");
  for (const name of [
    "",
    "reprise",
    "reprise:",
    "other:1:a:b",
    "reprise:x:a:b",
    "reprise:5:a:b",
    "reprise:-1:a",
    "reprise:1a",
  ]) {
    expect(keys.parse(Buffer.from(name)), name).toBeUndefined();
  }
});

test("makes patterns that match literally", () => {
  const keys = new RedisKeys("p:");
  expect(keys.pattern(undefined)).toBe("p:*");
  expect(keys.pattern("a*[b]?\\c")).toBe("p:8:a\\*\\[b\\]\\?\\\\c*");
});

describe("refuses the prefix", () => {
  test.each(["", "a b", "{tag}:", "a*", "p".repeat(65), "é"])("%j", (prefix) => {
    expect(() => new RedisKeys(prefix)).toThrow(/store.keyPrefix may have 1 to 64 characters/);
  });
});
