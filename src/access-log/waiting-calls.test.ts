import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WaitingCalls } from "./waiting-calls.ts";

const kilobyte = 1_024;

describe("calls that wait to be written", () => {
  it("come in their order, a few at a time, or one that is large", () => {
    const waiting = new WaitingCalls<string>(100 * kilobyte);
    for (const name of ["a", "b", "c"]) expect(waiting.push("t", name, 0)).toBe(0);
    waiting.push("t", "large", 20 * kilobyte);
    expect([waiting.take(2, 9 * kilobyte), waiting.take(9, 9 * kilobyte)]).toEqual([["a", "b"], ["c"]]);
    expect([waiting.take(9, 9 * kilobyte), waiting.take(9, 9 * kilobyte), waiting.length]).toEqual([["large"], [], 0]);
  });

  it("of a tenant that floods them make room for those of others", () => {
    const waiting = new WaitingCalls<string>(100 * kilobyte);
    let dropped = 0;
    for (let index = 0; index < 200; index++) dropped += waiting.push("flood", `flood-${index}`, 0);
    expect(dropped).toBe(100);
    for (let index = 0; index < 50; index++) expect(waiting.push("other", `other-${index}`, 0)).toBe(1);
    for (let index = 0; index < 10; index++) expect(waiting.push("flood", "late", 0)).toBe(1);
    const names = waiting.take(200, Number.POSITIVE_INFINITY);
    expect(names.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => `flood-${index}`));
    expect(names.slice(50)).toEqual(Array.from({ length: 50 }, (_, index) => `other-${index}`));
  });

  it("are counted with what each takes besides its bodies, so that those without any are bounded, too", () => {
    const waiting = new WaitingCalls<number>(10 * kilobyte);
    for (let index = 0; index < 1_000; index++) waiting.push("", index, 0);
    expect([waiting.length, waiting.push("", 0, 10 * kilobyte)]).toEqual([10, 1]);
  });

  it("never take more than there is, lose none uncounted, and nobody within his share loses any to another", () => {
    const pushes = fc.array(
      fc.record({ tenant: fc.constantFrom("a", "b", "c"), bytes: fc.integer({ min: 0, max: 3 * kilobyte }) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(pushes, (all) => {
        const waiting = new WaitingCalls<{ tenant: string; bytes: number }>(24 * kilobyte);
        let dropped = 0;
        for (const one of all) dropped += waiting.push(one.tenant, one, one.bytes);
        const kept = waiting.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        expect(kept.length + dropped).toBe(all.length);
        const bytesOf = (calls: readonly { tenant: string; bytes: number }[], tenant: string): number =>
          calls.reduce((sum, one) => sum + (one.tenant === tenant ? one.bytes + kilobyte : 0), 0);
        expect(bytesOf(kept, "a") + bytesOf(kept, "b") + bytesOf(kept, "c")).toBeLessThanOrEqual(24 * kilobyte);
        for (const tenant of ["a", "b", "c"])
          if (bytesOf(all, tenant) <= 4 * kilobyte) expect(bytesOf(kept, tenant)).toBe(bytesOf(all, tenant));
      }),
      { seed: 1 },
    );
  });
});
