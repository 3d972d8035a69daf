import { describe, expect, it } from "vitest";
import { scopeOf } from "./scopes.ts";
import { TakenBack } from "./taken-back.ts";

const [a, b, c] = ["a", "b", "c"].map((tag) => scopeOf("tag", tag, "t")) as [Scope, Scope, Scope];
type Scope = ReturnType<typeof scopeOf>;

describe("TakenBack", () => {
  it("tells of each scope by itself whether it was taken back since", () => {
    const takenBack = new TakenBack();
    const before = takenBack.moment;
    takenBack.note(a);
    expect([a, b].map((scope) => takenBack.isSince(scope, before))).toEqual([true, false]);
    expect([a, b].map((scope) => takenBack.knows(scope))).toEqual([true, false]);
    const since = takenBack.moment;
    expect(takenBack.isSince(a, since)).toBe(false);
    takenBack.note(a);
    expect(takenBack.isSince(a, since)).toBe(true);
    expect(takenBack.isSince({ ...a, tenant: "other" }, before)).toBe(false);
  });

  it("says of what may have been forgotten that it was taken back, to those alone who began before it was", () => {
    const takenBack = new TakenBack(2);
    const before = takenBack.moment;
    takenBack.note(a);
    const [noted, never] = [takenBack.moment, scopeOf("tag", "never", "t")];
    takenBack.note(b);
    expect(takenBack.isSince(never, before)).toBe(false);
    takenBack.note(c);
    expect(takenBack.knows(a)).toBe(false);
    expect([a, never].map((scope) => takenBack.isSince(scope, before))).toEqual([true, true]);
    expect([a, never].map((scope) => takenBack.isSince(scope, noted))).toEqual([false, false]);
  });
});
