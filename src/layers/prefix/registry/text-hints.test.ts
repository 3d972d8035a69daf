import { expect, test } from "vitest";
import { hintsIn } from "./text-hints.ts";

const told = (text: string, at?: number) => hintsIn(text, at).map(({ text: what }) => what);
const rule = "Rules of 2026-07-01 hold for the shop.";
const day = Date.UTC(2026, 6, 1, 15);

test("a date that stands by itself, as a line or a sentence", () => {
  expect(told("You answer for a shop.\n2026-07-01\nBe brief.")).toEqual(["2026-07-01"]);
  expect(told("You answer for a shop. July 1, 2026.")).toEqual(["July 1, 2026"]);
  expect(told("It is Wednesday, 1 July 2026. Be brief.")).toEqual(["1 July 2026"]);
  expect(told(rule)).toEqual([]);
});

test("a date of the day on which the text was registered, wherever it stands", () => {
  expect(told(rule, day)).toEqual(["2026-07-01"]);
  expect(told("As of today, 2026-07-01, all is well.", day)).toEqual(["2026-07-01"]);
  for (const written of ["1 July 2026", "Jul 1, 2026", "7/1/2026", "1.7.2026"])
    expect(told(`Rules of ${written} hold.`, day)).toEqual([written]);
  expect(told(rule, Date.UTC(2026, 6, 9))).toEqual([]);
  expect(told("Version 1.2026.07 of 10.0.2026 holds 11/1/20265.", day)).toEqual([]);
});
