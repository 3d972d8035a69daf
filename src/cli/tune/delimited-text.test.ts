import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delimitedRows } from "./delimited-text.ts";

const cellsOf = (text: string, delimiter: "," | "\t" = ",") =>
  [...delimitedRows(text, delimiter)].map(({ cells }) => cells);

describe("text between delimiters", () => {
  it.each([
    [
      "a,b\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a,b\r\n1,2\r\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ['"a, b",c', [["a, b", "c"]]],
    ['"he said ""no""",', [['he said "no"', ""]]],
    ['it is 5" wide,x', [['it is 5" wide', "x"]]],
    ["\n\n1,2\n\n", [["1", "2"]]],
    ["", []],
  ])("%j", (text, expected) => {
    expect(cellsOf(text)).toEqual(expected);
  });

  it("leaves commas alone between tabs", () => {
    expect(cellsOf("a, b\tc", "\t")).toEqual([["a, b", "c"]]);
  });

  it("counts the lines that cells in quotation marks go over", () => {
    expect([...delimitedRows('a,b\n"one\ntwo\nthree",x\nlast,y', ",")].map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it.each([
    ['a,b\n"open,x\nmore', 2, "not closed"],
    ['a,b\n\n"one" two,x', 3, "followed by text"],
  ])("%j is wrong on line %d", (text, line, message) => {
    expect(() => cellsOf(text)).toThrow(expect.objectContaining({ line, message: expect.stringContaining(message) }));
  });

  it("reads what was written, whatever the cells hold", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é") });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(rows, (cells) => {
        const quoted = cells.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(","));
        expect(cellsOf(quoted.join("\r\n"))).toEqual(cells);
      }),
    );
  });
});
