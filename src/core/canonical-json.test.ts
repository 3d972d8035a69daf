import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromPlain, JsonNumber, type JsonValue, parseJson, serializeJson, toPlain } from "./canonical-json.ts";

const seed = 20_260_101;

/** The double whose bits are given in hexadecimal, as the tables of RFC 8785 do. */
function double(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

describe("RFC 8785", () => {
  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("appendix B: %s is written %s", (bits, text) => {
    expect(serializeJson(double(bits))).toBe(text);
  });

  test("numbers that are not finite cannot be written", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => serializeJson([value])).toThrow(TypeError);
  });

  test("section 3.2.3: keys are sorted by UTF-16 code units", () => {
    const text = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}';
    const keys = Object.keys(JSON.parse(serializeJson(parseJson(text))) as object).sort();
    expect(serializeJson(parseJson(text))).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
    expect(keys).toHaveLength(7);
  });

  test("section 3.2.2: escapes, numbers and nesting", () => {
    const text =
      '{"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","numbers":[1E30,4.50,2e-3],"b":{"z":[],"a":{}}}';
    expect(serializeJson(parseJson(text))).toBe(
      '{"b":{"a":{},"z":[]},"numbers":[1e+30,4.5,0.002],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test("agrees with another implementation on any value", () => {
    const value = fc.jsonValue({ maxDepth: 5, stringUnit: "binary" });
    fc.assert(
      fc.property(value, (plain) => {
        expect(serializeJson(fromPlain(plain))).toBe(canonicalize(plain));
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("order of keys", () => {
  const shuffled = (value: JsonValue, turn: number): JsonValue => {
    if (value instanceof Map) {
      const members = [...value].map(([key, member]): [string, JsonValue] => [key, shuffled(member, turn)]);
      return new Map([...members.slice(turn % (members.length + 1)), ...members.slice(0, turn % (members.length + 1))]);
    }
    return Array.isArray(value) ? value.map((element) => shuffled(element, turn)) : value;
  };

  test("does not matter", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat({ max: 9 }), (plain, turn) => {
        const value = fromPlain(plain);
        expect(serializeJson(shuffled(value, turn))).toBe(serializeJson(value));
      }),
      { seed, numRuns: 300 },
    );
  });

  test("is kept in the whole of the value where all of it is marked", () => {
    const text = '{"z":{"b":1,"a":{"d":1,"c":[{"f":1,"e":2}]}},"y":{"b":1,"a":2}}';
    expect(serializeJson(parseJson(text), true)).toBe(text);
  });

  test("is kept in all but the objects that are named", () => {
    const order = { sorted: { list: { each: { sorted: {} } }, object: { sorted: {} } } };
    const text =
      '{"object":{"b":{"d":1,"c":1},"a":1},"other":{"b":1,"a":1},"list":[{"b":[{"d":1,"c":1}],"a":1},[{"b":1,"a":1}]]}';
    expect(serializeJson(parseJson(text), order)).toBe(
      '{"list":[{"a":1,"b":[{"d":1,"c":1}]},[{"b":1,"a":1}]],"object":{"a":1,"b":{"d":1,"c":1}},"other":{"b":1,"a":1}}',
    );
  });

  test("is kept where the value is of another type than the rule is for", () => {
    const text = '{"list":{"b":{"d":1,"c":1},"a":1},"object":[{"b":1,"a":1}]}';
    expect(serializeJson(parseJson(text), { sorted: { list: { each: { sorted: {} } }, object: { sorted: {} } } })).toBe(
      text,
    );
  });

  test("a key of the body cannot reach what the rule inherits", () => {
    const text = '{"__proto__":{"b":1,"a":2},"constructor":{"b":1,"a":2}}';
    expect(serializeJson(parseJson(text), { sorted: {} })).toBe(text);
  });
});

describe("plain data", () => {
  test("goes there and back", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (plain) => {
        const expected = JSON.parse(JSON.stringify(plain)) as unknown;
        expect(toPlain(fromPlain(plain))).toEqual(expected);
        expect(toPlain(parseJson(serializeJson(fromPlain(plain))))).toEqual(expected);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("`__proto__` is an ordinary member both ways", () => {
    const plain = toPlain(parseJson('{"__proto__":{"a":1},"b":[{"__proto__":null}]}')) as Record<string, unknown>;
    expect(Object.keys(plain)).toEqual(["__proto__", "b"]);
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
    expect(plain["a"]).toBeUndefined();
    expect(serializeJson(fromPlain(plain))).toBe('{"__proto__":{"a":1},"b":[{"__proto__":null}]}');
  });

  test("exact numbers become the nearest double, and pass fromPlain unharmed", () => {
    expect(toPlain(parseJson("[12345678901234567890,1e400]"))).toEqual([
      12345678901234567000,
      Number.POSITIVE_INFINITY,
    ]);
    expect(serializeJson(fromPlain({ seed: 18446744073709551615n, n: new JsonNumber("1e+400") }))).toBe(
      '{"n":1e+400,"seed":18446744073709551615}',
    );
  });

  test("members that are undefined are left out, and objects without a prototype are taken", () => {
    expect(serializeJson(fromPlain(Object.assign(Object.create(null), { b: undefined, a: -0 })))).toBe('{"a":0}');
  });

  const circle: unknown[] = [];
  circle.push(circle);
  test.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /undefined/],
    ["undefined in an array", { a: [1, undefined] }, /undefined .*a\[1\]/],
    ["a hole", Object.assign([1], { length: 2 }), /undefined .*\[1\]/],
    ["a function", { f: () => 1 }, /function .*f/],
    ["a symbol", [Symbol("s")], /symbol/],
    ["NaN", { a: { b: Number.NaN } }, /NaN .*a\.b/],
    ["infinity", [-1 / 0], /-Infinity/],
    ["a date", { at: new Date(0) }, /Date .*at/],
    ["a map", new Map(), /Map/],
    ["bytes", { body: new Uint8Array(1) }, /Uint8Array .*body/],
    ["an object with toJSON of a class", { url: new URL("http://127.0.0.1/") }, /URL .*url/],
    ["a lone surrogate", { a: "\ud800" }, /surrogate .*a/],
    ["a lone surrogate in a key", { "\ud800": 1 }, /surrogate/],
    ["a circle", { circle }, /1,000 levels/],
  ])("refuses %s and names the place", (_, value, message) => {
    expect(() => fromPlain(value)).toThrow(TypeError);
    expect(() => fromPlain(value)).toThrow(message);
  });
});
