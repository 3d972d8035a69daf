import { isInternationalNumber } from "./calling-codes.ts";
import type { Report } from "./finding.ts";
import type { NumberWindow } from "./number-runs.ts";
import { callWords, callWordsBefore, currency, measure, thingWords } from "./number-words.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Telephone numbers: international ones by their country's code and length, national ones by the ways of writing that are
 * common in their country and rare for other numbers, and any other number near a word such as "call" or "Tel.".
 */

interface Form {
  readonly rule: string;
  readonly shape: RegExp;
  readonly digits: RegExp;
}

const national: readonly Form[] = [
  // North American Numbering Plan: no area begins with 0 or 1; no exchange either, but in examples.
  { rule: "nanp", shape: /^(?:1[ .\-(])?3(?:[.\-)]3[.-]|\)3 )4$/, digits: /^1?[2-9]\d{9}$/ },
  { rule: "nanp", shape: /^1[ -]3[ -]3[ -]4$/, digits: /^1[2-9]\d{9}$/ },
  // France and other countries that write pairs behind a zero.
  { rule: "pairs", shape: /^2([ .-])2\1(?:2\1){2}2$/, digits: /^0[1-9]\d{8}$/ },
  // A zero for calls inside the country, an area, and the rest in at least one group.
  { rule: "trunk", shape: /^[2-6]([ /\-)])\d(?:[ -]\d){0,3}$/, digits: /^0[1-9]\d{7,10}$/ },
  { rule: "trunk-mobile", shape: /^1[01]$/, digits: /^0(?:6\d{8}|7[1-57-9]\d{8}|7[1-9]\d{7,8}|1[567]\d{8,9})$/ },
  { rule: "br", shape: /^2\)[45]-4$/, digits: /^[1-9]{2}(?:9\d{8}|[2-5]\d{7})$/ },
  { rule: "cn-mobile", shape: /^3([ -])4\1?[ -]?4$/, digits: /^1[3-9]\d{9}$/ },
  { rule: "ru", shape: /^1[ (-]3[) -]3[- ]2[- ]2$/, digits: /^8[3489]\d{9}$/ },
  { rule: "es", shape: /^(?:3 2 2 2|2 3 2 2|3-3-3)$/, digits: /^[6789]\d{8}$/ },
  { rule: "it-mobile", shape: /^3[ .-](?:7|6)$/, digits: /^3[2-9]\d{7,8}$/ },
];

/** 2024-05-01, 01.05.2024, 01/05/24 and what follows them. */
const date = /^(?:4([-./])[12]\1[12]|[12]([-./])[12]\2[24])(?:$| )/;
/** Thousands set off from one another. */
const amount = /^[1-3]([ .])3(?:\1 ?3)+$/;

export function findPhone(window: NumberWindow, surroundings: Surroundings, report: Report): void {
  const { digits, end, first, run, shape } = window;
  if (digits.length > 15) return;
  const { opening, text } = run;
  const tell = (rule: string, value = digits): void => {
    const start = first === 0 && opening !== "" ? window.start - 1 : window.start;
    report({ kind: "phone", rule, start, end, value });
  };
  if (first === 0 && opening === "+") {
    if (isInternationalNumber(digits)) tell("international", `+${digits}`);
    return;
  }
  const rule = ruleOf(window);
  if (rule === undefined && !(isOrdinary(shape) && isCalled(window, surroundings))) return;
  if (/^(\d)\1{6,}$/.test(digits) || date.test(shape)) return;
  if (measure.test(text.slice(end, end + 16)) || currency.test(text.slice(window.start - 2, window.start))) return;
  if (surroundings.follows(thingWords, window.start)) return;
  if (rule !== undefined) tell(rule, rule === "international" ? `+${digits.slice(2)}` : digits);
  else if (!amount.test(shape) || surroundings.follows(callWordsBefore, window.start)) tell("named");
}

/** By its writing alone. */
function ruleOf({ digits, first, shape }: NumberWindow): string | undefined {
  const isDialled = first === 0 && digits.startsWith("00") && isInternationalNumber(digits.slice(2));
  if (isDialled) return "international";
  return national.find((form) => form.digits.test(digits) && form.shape.test(shape))?.rule;
}

/** A plain row of digits only where the word stands right before it, or behind. */
function isCalled({ end, first, last, start }: NumberWindow, surroundings: Surroundings): boolean {
  if (first !== last) return surroundings.isNear(callWords, start, end);
  return surroundings.follows(callWordsBefore, start) || surroundings.isNear(callWords, end, end);
}

/** Not in many small groups. */
function isOrdinary(shape: string): boolean {
  return shape.length <= 11;
}
