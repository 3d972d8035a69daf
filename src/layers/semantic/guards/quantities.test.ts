import fc from "fast-check";
import { expect, test } from "vitest";
import { quantitiesOf } from "./quantities.ts";

const read = (text: string) =>
  quantitiesOf(text).map(
    ({ value, unit, isWeak }) => `${value}${unit === "" ? "" : ` ${unit}`}${isWeak ? " (weak)" : ""}`,
  );

test.each([
  ["1,000 dollars", ["1000 usd"]],
  ["$1k and $2.5m", ["1000 usd", "2500000 usd"]],
  ["one thousand bucks", ["1000 usd"]],
  ["USD 20, 20 EUR", ["20 usd", "20 eur"]],
  ["$5.00", ["5 usd"]],
  ["5 m, 5M", ["5 metre", "5000000"]],
  ["2 million people", ["2000000"]],
  ["1.25 billion", ["1250000000"]],
  ["3pm, 3 p.m., 15:00", ["15:00 clock", "15:00 clock", "15:00 clock"]],
  ["12 am, noon, midnight", ["0:00 clock", "12:00 clock", "0:00 clock"]],
  ["99:99", ["99", "99"]],
  ["30 min, 30s, 30-minute", ["30 minute", "30 second", "30 minute"]],
  ["half an hour", ["0.5 hour"]],
  ["an hour, one hour", ["1 hour (weak)", "1 hour"]],
  ["two and a half cups", ["2.5 cup"]],
  ["1/2 cup, ½ cup", ["0.5 cup", "0.5 cup"]],
  ["1/0", ["1/0"]],
  ["Python 3.10, 3.1", ["3.10", "3.1"]],
  ["January 5th, 2024", ["2024-1-5 date"]],
  ["5 of May 2024; 2024-05-05", ["2024-5-5 date", "2024-5-5 date"]],
  ["March 2020", ["2020-3-0 date"]],
  ["03/04/2024", ["03/04/2024 date"]],
  ["20 °C, 20 degrees Celsius, 20C", ["20 celsius", "20 celsius", "20 celsius"]],
  ["68 degrees", ["68 degree"]],
  ["first, 2nd, twentieth", ["1 th (weak)", "2 th", "20 th"]],
  ["the first law", ["1 th"]],
  ["a second, 30 seconds, the second one", ["1 second (weak)", "30 second", "2 th", "1 (weak)"]],
  ["World War II", ["2"]],
  ["iPhone12, iPhone 12", ["12", "12"]],
  ["order AB-12345", ["ab12345 id"]],
  ["-5 degrees, minus 5 degrees, 3-5", ["-5 degree", "-5 degree", "3", "5"]],
  ["10%, ten percent, 10 per cent", ["10 percent", "10 percent", "10 percent"]],
  ["twice a day", ["2 time", "1 day (weak)"]],
  ["two hundred and fifty", ["250"]],
  ["between two and five", ["2", "5"]],
  ["nineteen ninety", ["19", "90"]],
  ["two dozen eggs, a dozen", ["24", "12"]],
  ["the 1990s", ["1990 decade"]],
  ["1920x1080", ["1920", "x1080 id"]],
  ["1e5", ["100000"]],
  ["00123", ["00123"]],
  ["100 km/h", ["100 kph"]],
  ["8 Mb, 8 MB, 8mb", ["8 megabit", "8 megabyte", "8 megabyte"]],
  ["5 mW, 5MW, 5 mw", ["5 milliwatt", "5 megawatt", "5 megawatt"]],
  ["500 MG, 20 KG", ["500 milligram", "20 kilogram"]],
  ["no numbers here", []],
])("%s", (text, quantities) => {
  expect(read(text)).toEqual(quantities);
});

test("any text is read, whatever it holds", () => {
  const pieces = fc.constantFrom(
    "1",
    "0",
    ",",
    ".",
    "-",
    "/",
    ":",
    " ",
    "e",
    "x",
    "k",
    "M",
    "th",
    "and a half",
    "$",
    "€",
    "½",
    "two",
    "hundred",
    "May",
    "pm",
    "°",
    "\u0660",
    "\u{1d7d8}",
    "'s",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const text = parts.join("");
      expect(quantitiesOf(text).every(({ value }) => value.length <= text.length * 12 + 12)).toBe(true);
    }),
  );
});
