import { describe, expect, it } from "vitest";
import { scopeOf } from "./scopes.ts";
import { TakenBack } from "./taken-back.ts";

const [a, b, c] = ["a", "b", "c"].map((tag) => scopeOf("tag", tag, "t")) as [Scope, Scope, Scope];
type Scope = ReturnType<typeof scopeOf>;

describe("TakenBack", () => {
  it("tells of each scope by itself whether it was taken back since", () => {
    const takenBack = new TakenBack();
    const before = [a, b].map((scope) => takenBack.last(scope));
    takenBack.note(a);
    expect(takenBack.last(a)).not.toBe(before[0]);
    expect(takenBack.last(b)).toBe(before[1]);
    expect([a, b].map((scope) => takenBack.knows(scope))).toEqual([true, false]);
    const since = takenBack.last(a);
    takenBack.note(a);
    expect(takenBack.last(a)).not.toBe(since);
    expect(takenBack.last({ ...a, tenant: "other" })).toBe(0);
  });

  it("says of a scope that may have been forgotten that it was taken back, once more and no more than that", () => {
    const takenBack = new TakenBack(2);
    const before = [a, c].map((scope) => takenBack.last(scope));
    for (const scope of [a, b]) takenBack.note(scope);
    const noted = takenBack.last(a);
    takenBack.note(c);
    expect(takenBack.knows(a)).toBe(false);
    expect(takenBack.last(a)).toBeGreaterThan(before[0] as number);
    // Who began after it was taken back is not disturbed by its being forgotten.
    expect(takenBack.last(a)).toBe(noted);
    expect(takenBack.last(scopeOf("tag", "never", "t"))).toBe(noted);
  });
});
