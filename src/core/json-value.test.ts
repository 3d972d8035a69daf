import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromPlain, JsonNumber, parseJson, serializeJson } from "./canonical-json.ts";

const seed = 20_260_101;

describe("numbers", () => {
  test.each<[string, number]>([
    ["0", 0],
    ["-0", 0],
    ["-0.0", 0],
    ["0e999999999999999999999999", 0],
    ["0.000e-5", 0],
    ["1.0", 1],
    ["1e2", 100],
    ["1E+2", 100],
    ["100e-2", 1],
    ["1e00000000000000000000000000000000002", 100],
    ["0.1", 0.1],
    ["0.10", 0.1],
    ["-12.50", -12.5],
    ["999999999999999", 999999999999999],
    ["9007199254740992", 9007199254740992],
    ["1e21", 1e21],
    ["100000000000000000000000", 1e23],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["5e-324", 5e-324],
  ])("%s is the double %d", (text, value) => {
    expect(Object.is(parseJson(text), value)).toBe(true);
  });

  test.each<[string, string]>([
    ["12345678901234567890", "12345678901234567890"],
    ["12345678901234567890.0", "12345678901234567890"],
    ["1234567890123456789e1", "12345678901234567890"],
    ["-9007199254740993", "-9007199254740993"],
    ["1e400", "1e+400"],
    ["10e399", "1e+400"],
    ["0.1e401", "1e+400"],
    ["1e-400", "1e-400"],
    ["-12.5e-400", "-1.25e-399"],
    ["0.10000000000000000555", "0.10000000000000000555"],
    ["10000000000000000055.5e-20", "0.100000000000000000555"],
    ["0.000000100000000000000000001", "1.00000000000000000001e-7"],
    ["123456789012345678.25", "123456789012345678.25"],
    ["1e99999999999999999999", "1e+99999999999999999999"],
    [String(2n ** 256n), String(2n ** 256n)],
  ])("%s stays exact as %s", (text, normal) => {
    const value = parseJson(text);
    expect(value).toBeInstanceOf(JsonNumber);
    expect((value as JsonNumber).text).toBe(normal);
    expect(parseJson(normal)).toEqual(value);
  });

  test("equal decimal values are equal, and different ones are not, however they are written", () => {
    const digits = fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n });
    const shift = fc.integer({ min: -340, max: 340 });
    fc.assert(
      fc.property(digits, shift, fc.nat({ max: 8 }), (integer, exponent, zeros) => {
        const plain = `${integer}e${exponent}`;
        const padded = `${integer}.${"0".repeat(zeros + 1)}E${exponent < 0 ? "" : "+"}${exponent}`;
        const longer = `${integer}${"0".repeat(zeros)}e${exponent - zeros}`;
        const written = serializeJson(parseJson(plain));
        expect(serializeJson(parseJson(padded))).toBe(written);
        expect(serializeJson(parseJson(longer))).toBe(written);
        expect(serializeJson(parseJson(written))).toBe(written);
        expect(serializeJson(parseJson(`${integer + 1n}e${exponent}`))).not.toBe(written);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("every double reads back as itself", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseJson(JSON.stringify(value))).toBe(value === 0 ? 0 : value);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("a number of 1 MB costs no more than its length", () => {
    const long = `1${"0".repeat(999_999)}1`;
    expect((parseJson(long) as JsonNumber).text).toBe(long);
    expect((parseJson(`0.${long}`) as JsonNumber).text).toBe(`0.${long}`);
    expect(() => parseJson(`1e${"9".repeat(1_000_000)}`)).toThrow(expect.objectContaining({ reason: "syntax" }));
  });

  test("fromPlain of a bigint is the number the text would be", () => {
    expect(fromPlain(10n)).toBe(10);
    expect(fromPlain(12345678901234567890n)).toEqual(parseJson("12345678901234567890"));
  });
});
