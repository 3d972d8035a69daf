import { expect, test } from "vitest";
import { numberForm } from "./number-form.ts";

test.each([
  ["1,000", "1000"],
  ["1k", "1000"],
  ["3.5K", "3500"],
  ["one thousand", "1000"],
  ["two hundred and five", "205"],
  ["twenty-five", "25"],
  ["one million two hundred thousand", "1200000"],
  ["3 pm", "15:00"],
  ["3 p.m.", "15:00"],
  ["12am", "0:00"],
  ["12:30 pm", "12:30"],
  ["30min", "30 min"],
  ["10 %", "10%"],
  ["$5.00", "$5"],
  [".5", "0.5"],
  ["+7", "7"],
  ["-5", "-5"],
  ["1st", "1st"],
  // What could be read in two ways stays.
  ["3.10", "3.10"],
  ["1,5", "1,5"],
  ["1.000", "1.000"],
  ["1,00,000", "1,00,000"],
  ["2024-01-05", "2024-01-05"],
  ["5/6", "5/6"],
  ["nineteen eighty", "nineteen eighty"],
  ["five five", "five five"],
])("%s is %s", (text, form) => {
  expect(numberForm(text)).toBe(form);
});
