import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mostFloatBytes, writeFloats } from "./float-text.ts";
import { bytesOfNumbers } from "./vector.ts";

function written(numbers: readonly number[]): string {
  const out = new Uint8Array(2 + numbers.length * mostFloatBytes);
  return Buffer.from(out.subarray(0, writeFloats(bytesOfNumbers(numbers), out, 0))).toString("latin1");
}

/** Found the slow way: the fewest digits that lead back. */
function fewestDigits(float: number): number {
  for (let length = 1; ; length++) if (Math.fround(Number(float.toPrecision(length))) === float) return length;
}

const significant = (text: string): number =>
  text
    .replace(/e.*$/, "")
    .replace(/^-?0*\.?0*/, "")
    .replace(/\.?0*$/, "")
    .replace(".", "").length;

describe("32-bit floats as text", () => {
  it("are read back as the same floats, whatever their size", () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(float), (numbers) => {
        const read = JSON.parse(written(numbers)) as number[];
        expect(Buffer.from(bytesOfNumbers(read))).toEqual(Buffer.from(bytesOfNumbers(numbers)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("have no digit too many", () => {
    const unit = fc.float({ min: Math.fround(-1), max: Math.fround(1), noNaN: true });
    fc.assert(
      fc.property(unit, (number) => {
        if (number === 0) return;
        // Half-way decimals and floats above a gap of another width may need one digit more.
        expect(significant(written([number]).slice(1, -1))).toBeLessThanOrEqual(fewestDigits(number) + 1);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    [0, "0"],
    [-0, "-0"],
    [1, "1"],
    [-0.5, "-0.5"],
    [0.1, "0.1"],
    [0.25, "0.25"],
    [1e-6, "0.000001"],
    [-0.006929284, "-0.006929284"],
    [123.456, "123.456"],
    [999_999, "999999"],
    [0.999_999_94, "0.99999994"],
    [1e-7, "1e-7"],
    [3.402_823_5e38, "3.4028234663852886e+38"],
    [1.401_298_464_324_817e-45, "1e-45"],
    [16_777_216, "16777216"],
  ])("%d is %s", (number, text) => {
    const ours = written([number]).slice(1, -1);
    if (Math.abs(number) < 1e38) expect(ours).toBe(text);
    expect(Object.is(Math.fround(JSON.parse(ours) as number), Math.fround(number))).toBe(true);
  });

  it("make a JSON array, also of nothing", () => {
    expect(written([])).toBe("[]");
    expect(written([0.5, -2, 3e-9])).toBe("[0.5,-2,3e-9]");
  });
});
