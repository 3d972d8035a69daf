import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRange } from "./byte-range.ts";

describe("readRange of 10 bytes", () => {
  it.each([
    [undefined, "whole"],
    ["lines=1-2", "whole"],
    ["", "whole"],
    ["bytes=0-0", [0, 0]],
    ["bytes=2-5", [2, 5]],
    [" BYTES=2-5 ", [2, 5]],
    ["bytes=2-", [2, 9]],
    ["bytes=2-500", [2, 9]],
    ["bytes=-3", [7, 9]],
    ["bytes=-300", [0, 9]],
    ["bytes=-0", "refused"],
    ["bytes=10-", "refused"],
    ["bytes=5-4", "refused"],
    ["bytes=", "refused"],
    ["bytes=-", "refused"],
    ["bytes=0-1,3-4", "refused"],
    ["bytes=0-0x1", "refused"],
    ["bytes=+1-2", "refused"],
    [`bytes=0-${"9".repeat(500)}`, "refused"],
    ["bytes =0-1", "refused"],
  ] as const)("%s", (field, expected) => {
    const reading = readRange(field, 10);
    expect(reading).toEqual(
      typeof expected === "string" ? { kind: expected } : { kind: "part", first: expected[0], last: expected[1] },
    );
  });

  it("never leaves what there is", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.option(fc.nat(40)), fc.option(fc.nat(40)), (length, from, to) => {
        const reading = readRange(`bytes=${from ?? ""}-${to ?? ""}`, length);
        if (reading.kind !== "part") return;
        expect(reading.first).toBeGreaterThanOrEqual(0);
        expect(reading.last).toBeLessThan(length);
        expect(reading.first).toBeLessThanOrEqual(reading.last);
      }),
    );
  });
});
