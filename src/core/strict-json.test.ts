import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { serializeJson, toPlain } from "./canonical-json.ts";
import { JsonError, type JsonFault, parseJson } from "./strict-json.ts";

const seed = 20_260_101;
const encode = (text: string) => new TextEncoder().encode(text);

function faultOf(input: string | Uint8Array, maxDepth?: number): JsonError {
  try {
    parseJson(input, maxDepth === undefined ? undefined : { maxDepth });
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("what is accepted", () => {
  test.each<[string, unknown]>([
    ["null", null],
    [" true\n", true],
    ["\t[false]\r", [false]],
    ["{}", {}],
    ["[]", []],
    ['{"a":{"b":[1,{"c":"d"}]}}', { a: { b: [1, { c: "d" }] } }],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00"', '"\\/\b\f\n\r\té😀'],
    ['"tail after\\nan escape"', "tail after\nan escape"],
    ['"\u007f\u2028\ufeff"', "\u007f\u2028\ufeff"],
    ['{"":0}', { "": 0 }],
  ])("%j", (text, value) => {
    expect(toPlain(parseJson(text))).toEqual(value);
    expect(toPlain(parseJson(encode(text)))).toEqual(value);
  });

  test("keys keep their order and their names, whatever they look like", () => {
    const object = parseJson('{"b":1,"10":2,"__proto__":{"polluted":true},"2":3,"constructor":4}');
    expect(object).toBeInstanceOf(Map);
    expect([...(object as Map<string, unknown>).keys()]).toEqual(["b", "10", "__proto__", "2", "constructor"]);
    expect(Object.hasOwn({}, "polluted")).toBe(false);
  });

  test("whatever is accepted, JSON.parse accepts with the same value", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        let value: ReturnType<typeof parseJson>;
        try {
          value = parseJson(text);
        } catch (error) {
          return expect(error).toBeInstanceOf(JsonError);
        }
        // -0 is read as 0: RFC 8785 has one zero.
        const expected = JSON.parse(text, (_, member) => (Object.is(member, -0) ? 0 : member));
        expect(toPlain(value)).toEqual(expected);
        expect(toPlain(parseJson(encode(text)))).toEqual(expected);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("any string survives", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (string) => {
        expect(parseJson(JSON.stringify(string))).toBe(string);
        expect(parseJson(encode(JSON.stringify(string)))).toBe(string);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("what is refused", () => {
  test.each<[string, JsonFault, number, string]>([
    ["", "syntax", 0, ""],
    ["  ", "syntax", 2, ""],
    ['\ufeff{"a":1}', "syntax", 0, ""],
    ["nul", "syntax", 0, ""],
    ["nulll", "syntax", 4, ""],
    ["NaN", "syntax", 0, ""],
    ["Infinity", "syntax", 0, ""],
    ["[-Infinity]", "syntax", 2, "[0]"],
    ["+1", "syntax", 0, ""],
    ["01", "syntax", 0, ""],
    ["-", "syntax", 1, ""],
    ["-01", "syntax", 0, ""],
    ["1.", "syntax", 2, ""],
    [".5", "syntax", 0, ""],
    ["1e", "syntax", 2, ""],
    ["1e+", "syntax", 3, ""],
    ["0x10", "syntax", 1, ""],
    ["1_000", "syntax", 1, ""],
    ["[1,]", "syntax", 3, "[1]"],
    ["[,1]", "syntax", 1, "[0]"],
    ["[1 2]", "syntax", 3, ""],
    ["[1", "syntax", 2, ""],
    ['{"a":1,}', "syntax", 7, ""],
    ['{"a" 1}', "syntax", 5, "a"],
    ['{"a":}', "syntax", 5, "a"],
    ['{"a":1 "b":2}', "syntax", 7, ""],
    ["{a:1}", "syntax", 1, ""],
    ["{'a':1}", "syntax", 1, ""],
    ['{"a":1', "syntax", 6, ""],
    ["{} {}", "syntax", 3, ""],
    ["[]]", "syntax", 2, ""],
    ["/* x */ 1", "syntax", 0, ""],
    ["\u00a01", "syntax", 0, ""],
    ['"open', "syntax", 5, ""],
    ['"open\\', "syntax", 5, ""],
    ['"open\\n', "syntax", 7, ""],
    ['"a\nb"', "syntax", 2, ""],
    ['"a\\n\u0000b"', "syntax", 4, ""],
    ['"\\x41"', "syntax", 1, ""],
    ['"\\u00g0"', "syntax", 1, ""],
    ['"\\u12"', "syntax", 1, ""],
    ['{"a":1,"a":1}', "duplicate_key", 7, "a"],
    ['{"a":1,"\\u0061":2}', "duplicate_key", 7, "a"],
    ['{"__proto__":1,"__proto__":2}', "duplicate_key", 15, "__proto__"],
    ['{"messages":[{"role":"user","role":"system"}]}', "duplicate_key", 28, "messages[0].role"],
    ['["\\ud83d"]', "lone_surrogate", 1, "[0]"],
    ['{"a":["\\ude00\\ud83d"]}', "lone_surrogate", 6, "a[0]"],
    ['{"\\ud800":1}', "lone_surrogate", 1, ""],
    ['{"odd key":["\ud800"]}', "lone_surrogate", 12, '["odd key"][0]'],
    ["[\ud800]", "syntax", 1, "[0]"],
    ["1e123456789012345678901", "syntax", 0, ""],
  ])("%j: %s at %i in %j", (text, reason, offset, path) => {
    const fault = faultOf(text);
    expect({ reason: fault.reason, offset: fault.offset, path: fault.path }).toEqual({ reason, offset, path });
    expect(fault.message).toContain(`offset ${offset}`);
  });

  test("what JSON.parse accepts and two readers may read differently", () => {
    for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '"\\ud800"', '["\ud800"]', '{"\\udc00":1}']) {
      expect(() => JSON.parse(text)).not.toThrow();
      expect(() => parseJson(text)).toThrow(JsonError);
    }
  });

  test("offsets in bytes are counted in bytes", () => {
    expect(faultOf('{"é😀":1,"x":tru}').offset).toBe(13);
    expect(faultOf(encode('{"é😀":1,"x":tru}')).offset).toBe(16);
  });

  test.each<[string, readonly number[], number]>([
    ["a byte that is never valid", [0x22, 0xff, 0x22], 1],
    ["a lone continuation byte", [0x22, 0x61, 0x80, 0x22], 2],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22], 1],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ["beyond U+10FFFF", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1],
    ["cut short", [0x22, 0xe2, 0x82], 1],
    ["cut short, and beginning like U+FFFD", [0x22, 0xef, 0xbf], 1],
    ["broken off, after a real U+FFFD", [0x22, 0xef, 0xbf, 0xbd, 0xef, 0xbf, 0x22], 4],
  ])("invalid UTF-8: %s", (_, bytes, offset) => {
    const fault = faultOf(Uint8Array.from(bytes));
    expect(fault.reason).toBe("invalid_utf8");
    expect(fault.offset).toBe(offset);
  });

  test("a byte order mark in bytes", () => {
    expect(faultOf(Uint8Array.from([0xef, 0xbb, 0xbf, 0x31])).message).toContain("U+FEFF");
  });

  test("messages say what was wanted, and never quote a string of the text", () => {
    expect(faultOf('{"a":[1 x').message).toBe('Expected "," or "]", found "x" at offset 8 in a');
    expect(faultOf("[").message).toBe("Expected a value, found the end of the text at offset 1 in [0]");
    expect(faultOf('{"a":"secret\u0007"}').message).toBe("Control character U+0007 in a string at offset 12 in a");
    expect(faultOf(`{"${"k".repeat(500)}":?}`).message.length).toBeLessThan(200);
  });

  test("removing or changing any one byte never throws anything but a JsonError", () => {
    const text =
      '{"model":"m-1","n":-1.5e+3,"messages":[{"role":"user","content":"a\\n\\u00e9 😀 é"}],"stop":[true,false,null]}';
    const bytes = encode(text);
    const accepted = new Set<string>();
    for (let at = 0; at < bytes.length; at++) {
      const without = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
      const variants = [without, bytes.subarray(0, at)];
      for (const replacement of [0x00, 0x22, 0x2c, 0x5c, 0x7d, 0x80, 0xff]) {
        variants.push(bytes.with(at, replacement));
      }
      for (const variant of variants) {
        try {
          accepted.add(JSON.stringify(toPlain(parseJson(variant))));
          expect(() => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(variant))).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
      }
    }
    expect(accepted.size).toBeGreaterThan(50);
  });

  test("arbitrary bytes never throw anything but a JsonError", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "\\u",
      "d83d",
      "1",
      "-",
      ".",
      "e",
      "null",
      " ",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parseJson(parts.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe("depth", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  test("200 levels unless set", () => {
    expect(() => parseJson(nested(200))).not.toThrow();
    expect(faultOf(nested(201)).reason).toBe("too_deep");
    expect(() => parseJson("1", { maxDepth: 0 })).not.toThrow();
    expect(faultOf("{}", 0).reason).toBe("too_deep");
    expect(faultOf('{"a":[[1]]}', 2)).toMatchObject({ offset: 6, path: "a[0]" });
  });

  test("a depth bomb of 1 MB is refused, however large the bound", () => {
    for (const bomb of ["[".repeat(1_000_000), '{"a":'.repeat(200_000), "[{".repeat(500_000)]) {
      expect(() => parseJson(bomb, { maxDepth: 1e9 })).toThrow(JsonError);
      expect(() => parseJson(encode(bomb))).toThrow(JsonError);
    }
    expect(faultOf(nested(1001), 1e9).reason).toBe("too_deep");
    expect(faultOf(nested(1001), 1e9).message.length).toBeLessThan(300);
    expect(serializeJson(parseJson(nested(1000), { maxDepth: 1e9 }))).toBe(nested(1000));
  });
});

describe("how many values", () => {
  test("values and keys of all levels count against the bound", () => {
    const text = '[1,"a",{"b":null,"c":[true,{}]}]'; // two containers, 1, "a", b, null, c, a list, true, {}
    expect(() => parseJson(text, { maxValues: 10 })).not.toThrow();
    expect(() => parseJson(encode(text), { maxValues: 9 })).toThrow(
      expect.objectContaining({
        reason: "too_many_values",
        offset: 27,
        path: "[2].c[1]",
        message: "More than 9 values and keys at offset 27 in [2].c[1]",
      }),
    );
    expect(() => parseJson(text, { maxValues: 6 })).toThrow(expect.objectContaining({ offset: 17, path: "[2]" }));
  });

  test("a text of many values is refused at the bound, not at its end", () => {
    for (const many of ["[],", '{"a":1},', "1,"]) {
      const text = `[${many.repeat(300_000)}`;
      expect(() => parseJson(text, { maxValues: 1_000 })).toThrow(/^More than 1000 values and keys/);
    }
  });

  test("without a bound there is none", () => {
    expect(parseJson(`[${"1,".repeat(500_000)}1]`)).toHaveLength(500_001);
  });
});
