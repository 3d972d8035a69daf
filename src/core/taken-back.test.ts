import { describe, expect, it } from "vitest";
import { ManualClock } from "./clock.ts";
import { scopeOf } from "./scopes.ts";
import { TakenBack } from "./taken-back.ts";

const [a, b, c] = ["a", "b", "c"].map((tag) => scopeOf("tag", tag, "t")) as [Scope, Scope, Scope];
type Scope = ReturnType<typeof scopeOf>;

const [token, other] = [new Uint8Array([1, 2]), new Uint8Array([1, 3])];

describe("TakenBack", () => {
  it("tells of each scope by itself whether it was taken back since", () => {
    const takenBack = new TakenBack(new ManualClock());
    const before = takenBack.moment;
    takenBack.note(a, token);
    expect([a, b].map((scope) => takenBack.isSince(scope, before, other))).toEqual([true, false]);
    expect([a, b].map((scope) => takenBack.knows(scope))).toEqual([true, false]);
    const since = takenBack.moment;
    expect(takenBack.isSince(a, since, other)).toBe(false);
    takenBack.note(a, token);
    expect(takenBack.isSince(a, since, other)).toBe(true);
    expect(takenBack.isSince({ ...a, tenant: "other" }, before, other)).toBe(false);
  });

  it("says of what may have been forgotten that it was taken back, to those alone who began before it was", () => {
    const takenBack = new TakenBack(new ManualClock(), 2);
    const before = takenBack.moment;
    takenBack.note(a, token);
    const [noted, never] = [takenBack.moment, scopeOf("tag", "never", "t")];
    takenBack.note(b, token);
    expect(takenBack.isSince(never, before, other)).toBe(false);
    takenBack.note(c, token);
    expect(takenBack.knows(a)).toBe(false);
    expect([a, never].map((scope) => takenBack.isSince(scope, before, other))).toEqual([true, true]);
    expect([a, never].map((scope) => takenBack.isSince(scope, noted, other))).toEqual([false, false]);
  });

  it("of who has found what came in place of it says that it was not: it was only heard of later", () => {
    const takenBack = new TakenBack(new ManualClock());
    const before = takenBack.moment;
    takenBack.note(a, token);
    expect([token, other].map((found) => takenBack.isSince(a, before, found))).toEqual([false, true]);
    takenBack.note(a, other);
    expect(takenBack.isSince(a, before, token)).toBe(true);
  });

  it("knows what was taken back as long as what was being computed then may be under way", () => {
    const clock = new ManualClock();
    const takenBack = new TakenBack(clock);
    takenBack.note(a, token);
    clock.advance(15 * 60_000 - 1);
    expect(takenBack.knows(a)).toBe(true);
    clock.advance(1);
    expect(takenBack.knows(a)).toBe(false);
  });
});
