import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unpacked } from "./msgpack.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const text = (value: string) => [...Buffer.from(value)];

describe("MessagePack", () => {
  test.each([
    ["small integers", bytes(0x7f), 127],
    ["small negative ones", bytes(0xe0), -32],
    ["bytes", bytes(0xcc, 0xff), 255],
    ["16 bits", bytes(0xcd, 1, 0), 256],
    ["32 bits", bytes(0xce, 0xff, 0xff, 0xff, 0xff), 2 ** 32 - 1],
    ["64 bits that are exact", bytes(0xcf, 0, 0, 0, 1, 0, 0, 0, 0), 2 ** 32],
    ["64 bits that are not", bytes(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 2n ** 64n - 1n],
    ["signed bytes", bytes(0xd0, 0x80), -128],
    ["signed 16 bits", bytes(0xd1, 0xff, 0xfe), -2],
    ["signed 32 bits", bytes(0xd2, 0x80, 0, 0, 0), -(2 ** 31)],
    ["signed 64 bits", bytes(0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0), -(2n ** 63n)],
    ["nothing", bytes(0xc0), null],
    ["false", bytes(0xc2), false],
    ["true", bytes(0xc3), true],
    ["floats", bytes(0xca, 0x3f, 0, 0, 0), 0.5],
    ["doubles", bytes(0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0), 0.5],
    ["short texts", bytes(0xa2, ...text("ü")), "ü"],
    ["texts", bytes(0xd9, 1, ...text("a")), "a"],
    ["longer texts", bytes(0xda, 0, 1, ...text("a")), "a"],
    ["long texts", bytes(0xdb, 0, 0, 0, 1, ...text("a")), "a"],
    ["short lists", bytes(0x92, 1, 2), [1, 2]],
    ["lists", bytes(0xdc, 0, 1, 7), [7]],
    ["long lists", bytes(0xdd, 0, 0, 0, 1, 7), [7]],
    ["short maps", bytes(0x81, 0xa1, ...text("a"), 1), { a: 1 }],
    ["maps", bytes(0xde, 0, 1, 0xa1, ...text("a"), 1), { a: 1 }],
    ["long maps", bytes(0xdf, 0, 0, 0, 1, 0xa1, ...text("a"), 1), { a: 1 }],
    ["extensions", bytes(0x93, 0xd6, 1, 0, 0, 0, 0, 0xc7, 2, 1, 0, 0, 7), [undefined, undefined, 7]],
  ])("%s", (_, packed, value) => {
    expect(unpacked(packed)).toEqual(value);
  });

  test("bytes as they are", () => {
    for (const head of [
      [0xc4, 2],
      [0xc5, 0, 2],
      [0xc6, 0, 0, 0, 2],
    ])
      expect([...(unpacked(bytes(...head, 8, 9)) as Uint8Array)]).toEqual([8, 9]);
  });

  test("a name that everything has is one of the map's own", () => {
    const map = unpacked(bytes(0x81, 0xa9, ...text("__proto__"), 1)) as Record<string, unknown>;
    expect(Object.keys(map)).toEqual(["__proto__"]);
  });

  test.each([
    ["nothing at all", bytes()],
    ["a type that is none", bytes(0xc1)],
    ["a text that ends too early", bytes(0xa3, 0x61)],
    ["a list as long as memory", bytes(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ["a map as long as memory", bytes(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ["two values", bytes(1, 2)],
    ["a map by the name of a map", bytes(0x81, 0x81, 1, 2, 3)],
    ["lists in lists in lists", Uint8Array.from({ length: 40 }, () => 0x91)],
  ])("is refused: %s", (_, packed) => {
    expect(() => unpacked(packed)).toThrow();
  });

  test("whatever the bytes, it ends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (packed) => {
        try {
          unpacked(packed);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
