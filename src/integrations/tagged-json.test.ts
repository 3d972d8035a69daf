import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromTagged, toTagged } from "./tagged-json.ts";

const there = (value: unknown): unknown => fromTagged(JSON.parse(JSON.stringify(toTagged(value))));

describe("tagged JSON", () => {
  it("brings back dates, URLs and bytes", () => {
    const value = {
      at: new Date("2026-01-02T03:04:05.678Z"),
      from: new URL("https://example.com/a?b=c"),
      bytes: new Uint8Array([0, 1, 254, 255]),
      list: [{ at: new Date(0) }, null, "text", -1.5, true],
    };
    expect(there(value)).toStrictEqual(value);
  });

  it("brings back any plain value, whatever its names are", () => {
    const name = fc.oneof(fc.constantFrom("$reprise", "value", "__proto__", "date"), fc.string());
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom("date", "bytes")),
      tree: fc.oneof({ depthSize: "small" }, tie("leaf"), fc.array(tie("tree")), fc.dictionary(name, tie("tree"))),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(there(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("leaves out what is undefined, and leaves alone what it does not know", () => {
    expect(toTagged({ a: undefined, b: 1 })).toStrictEqual({ b: 1 });
    const map = new Map();
    expect(toTagged({ map })).toEqual({ map });
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => toTagged(circle)).not.toThrow();
  });
});
