import { numberForm } from "../reading/number-form.ts";
import { dateAt, spokenTime, timeAt } from "./calendar.ts";
import { endOf } from "./end-of.ts";
import { numberWordsEnd, ordinalWords, romans } from "./number-words.ts";
import { currencyBefore, unitBehind } from "./unit-behind.ts";

/**
 * Reads the quantities of a text: numbers with their units, money, percentages, dates, times of day, ordinals, number
 * words, versions and identifiers, each in one form. One pass from left to right: where a word or a number begins, the
 * longest thing that can begin there is taken. Decimals without a unit keep their digits (version 3.10 is not 3.1);
 * with a unit they are values ($5.00 is $5). Digits inside a word (`iphone12`) are a number of their own, so that
 * `iphone 12` agrees; what else the word says is the business of the guards of code and entities.
 */
export interface Quantity {
  /** The value in digits, or what was written where digits would lose something. */
  readonly value: string;
  /** A unit's canonical name; `date`, `clock`, `th` (an ordinal), `id`; or empty. */
  readonly unit: string;
  /** Said in passing (`one`, `an hour`): may agree with a `1`, and is no difference where the other side says nothing. */
  readonly isWeak: boolean;
}

const starts = /[\p{L}\p{N}$€£¥₹½¼¾.]/u;
const identifier =
  /(?=(?:[\p{L}_-]{0,24}\d){4})(?=[\d_-]{0,24}\p{L})[\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+){0,8}(?![\p{L}\p{N}])/uy;
const measure = /^(?!0x)\d+(?:\.\d+)?(?:-?\p{L}+|x\d+)$/iu;
const letters = /\p{L}+(?:'\p{L}+)?/uy;
const literal = /\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:[.,]\d+)*|\.\d+/y;
const power = /e[+-]?\d+(?![\p{L}\p{N}])/iuy;
const minus = /(?:^|[\s(=<>])[$€£¥₹]?[-−]$|(?:minus|negative) $/i;
const part = /\/\d+(?![\d/])/y;
/** `M` is a million; `m` is one behind money, else a metre. */
const scaleLetter = /(?:mn|bn|MN|BN|[kKMB])(?![\p{L}\p{N}])/uy;
const scaleLetterOfMoney = /(?:mn|bn|[kmb])(?![\p{L}\p{N}])/iuy;
const scaleWord = /[ -](?:hundred|thousand|million|billion|trillion|dozen)(?!\p{L})/iuy;
const ordinal = /(?:st|nd|rd|th)(?![\p{L}\p{N}])/iuy;
const decade = /(?<=\d{3}0)'?s(?![\p{L}\p{N}])/iuy;
const fractionAfter = / and (?:a )?(half|quarter)(?!\p{L})/iuy;
const fractions = new Map([
  ["half", "0.5"],
  ["½", "0.5"],
  ["¼", "0.25"],
  ["¾", "0.75"],
]);
const scales = new Map([
  ["k", 3],
  ["m", 6],
  ["mn", 6],
  ["bn", 9],
  ["b", 9],
  ["hundred", 2],
  ["thousand", 3],
  ["million", 6],
  ["billion", 9],
  ["trillion", 12],
]);
export function quantitiesOf(text: string): Quantity[] {
  const found: Quantity[] = [];
  let at = 0;
  while (at < text.length) {
    if (!starts.test(text.charAt(at))) {
      at++;
      continue;
    }
    at = take(text, at, found);
  }
  return found;
}

/** Takes what begins at `at` and says where it ends. */
function take(text: string, at: number, found: Quantity[]): number {
  const add = (value: string, unitName: string, isWeak = false): void => {
    found.push({ value, unit: unitName, isWeak });
  };
  const date = dateAt(text, at);
  if (date !== undefined) {
    add(date.value, "date");
    return date.end;
  }
  const time = timeAt(text, at);
  if (time !== undefined) {
    add(time.value, "clock");
    return time.end;
  }
  const id = endOf(identifier, text, at);
  if (id !== undefined && !measure.test(text.slice(at, id))) {
    add(text.slice(at, id).toLowerCase().replace(/[-_]/g, ""), "id");
    return id;
  }
  const digits = endOf(literal, text, at);
  if (digits !== undefined) return takeDigits(text, at, digits, add);
  const fraction = fractions.get(text.charAt(at));
  if (fraction !== undefined) {
    add(fraction, unitBehind(text, at + 1).name);
    return at + 1;
  }
  const spelled = numberWordsEnd(text, at);
  if (spelled !== undefined) return takeWords(text, at, spelled, add);
  return takeWord(text, at, add);
}

function takeDigits(text: string, at: number, digitsEnd: number, add: Add): number {
  let value = text.slice(at, digitsEnd);
  let end = digitsEnd;
  const grouped = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(value);
  if (grouped) value = value.replaceAll(",", "");
  const currency = currencyBefore(text, at);
  if (minus.test(text.slice(Math.max(0, at - 12), at))) value = `-${value}`;
  const ratio = endOf(part, text, end);
  if (ratio !== undefined) {
    add(fractionOf(value, text.slice(end + 1, ratio)), unitBehind(text, ratio).name);
    return ratio;
  }
  const decadeEnd = endOf(decade, text, end);
  if (decadeEnd !== undefined) {
    add(value, "decade");
    return decadeEnd;
  }
  const exponent = endOf(power, text, end);
  if (exponent !== undefined) {
    const written = text.slice(at, exponent).toLowerCase();
    add(Number.isFinite(Number(written)) ? String(Number(written)) : written, "");
    return exponent;
  }
  const ordinalEnd = endOf(ordinal, text, end);
  if (ordinalEnd !== undefined) {
    add(value, "th");
    return ordinalEnd;
  }
  let isScaled = false;
  const isMoney = currency !== undefined;
  for (let scaled = scaleEnd(text, end, isMoney); scaled !== undefined; scaled = scaleEnd(text, end, isMoney)) {
    value = timesScale(value, text.slice(end, scaled).replace(/^[ -]/, ""));
    isScaled = true;
    end = scaled;
  }
  const half = fractionAfterIs(text, end);
  if (half !== undefined) {
    value = `${value}${half.value}`;
    end = half.end;
  }
  const { name, end: unitEnd } = unitBehind(text, end);
  const unitName = currency ?? name;
  const isMeasured = unitName !== "" || isScaled || grouped;
  add(isMeasured ? plain(value) : value, unitName);
  return name === "" ? end : unitEnd;
}

type Add = (value: string, unitName: string, isWeak?: boolean) => void;

/** `twenty five`, `two hundred and one`, `one and a half`; a row of words that makes no one number is several. */
function takeWords(text: string, at: number, end: number, add: Add): number {
  const run = text.slice(at, end).toLowerCase();
  let value = numberForm(run);
  if (!/^\d/.test(value)) {
    for (const word of run.split(/[ -]+/)) {
      if (word !== "and") add(numberForm(word), "");
    }
    return end;
  }
  const half = fractionAfterIs(text, end);
  if (half !== undefined) value += half.value;
  const afterHalf = half?.end ?? end;
  const dozen = endOf(/ dozen(?!\p{L})/iuy, text, afterHalf);
  if (dozen !== undefined) value = String(Number(value) * 12);
  const { name, end: unitEnd } = unitBehind(text, dozen ?? afterHalf);
  add(value, name, run === "one" && name === "" && half === undefined);
  return name === "" ? (dozen ?? afterHalf) : unitEnd;
}

/** A word that may be a number by itself: an ordinal, a fraction, a Roman numeral, `noon`; or that has one inside. */
function takeWord(text: string, at: number, add: Add): number {
  const end = endOf(letters, text, at);
  if (end === undefined) return at + 1;
  const word = text.slice(at, end).toLowerCase();
  const rank = ordinalWords.get(word);
  const roman = romans.indexOf(word);
  const spoken = spokenTime(text, at);
  if (spoken !== undefined) {
    add(spoken.value, "clock");
    return spoken.end;
  }
  if (rank !== undefined && !isUnitSecond(text, at, word)) add(rank, "th", rank === "1" && isAdverb(text, end));
  else if (word === "half") {
    const measured = unitBehind(text, endOf(/ an?(?= )/iy, text, end) ?? end);
    add("0.5", measured.name);
    return measured.name === "" ? end : measured.end;
  } else if (word === "dozen") add("12", "");
  else if (word === "twice" || word === "thrice") add(word === "twice" ? "2" : "3", "time");
  else if (word === "noon" || word === "midnight") add(word === "noon" ? "12:00" : "0:00", "clock");
  else if (word === "a" || word === "an" || word === "per" || word === "each" || word === "every") {
    const { name } = unitBehind(text, end);
    if (name !== "" && word.startsWith("a")) add("1", name, true);
  } else if (roman > 1 && word.length > 1) add(String(roman), "");
  return end;
}

/** "What do I do first?" */
function isAdverb(text: string, end: number): boolean {
  return /^ *(?:$|[.,;?!)]|of all\b)/.test(text.slice(end, end + 8));
}

/** "30 seconds", "a second" and "per second" measure time; "the second" counts. */
function isUnitSecond(text: string, at: number, word: string): boolean {
  return word === "second" && /(?:\d|\b(?:a|one|per|each|every|split)) ?-?$/i.test(text.slice(Math.max(0, at - 8), at));
}

function scaleEnd(text: string, at: number, isMoney: boolean): number | undefined {
  return endOf(isMoney ? scaleLetterOfMoney : scaleLetter, text, at) ?? endOf(scaleWord, text, at);
}

function fractionAfterIs(text: string, at: number): { readonly value: string; readonly end: number } | undefined {
  fractionAfter.lastIndex = at;
  const found = fractionAfter.exec(text);
  if (found === null) return undefined;
  return { value: found[1]?.toLowerCase() === "half" ? ".5" : ".25", end: fractionAfter.lastIndex };
}

function fractionOf(numerator: string, denominator: string): string {
  const value = Number(numerator) / Number(denominator);
  return Number.isFinite(value) ? String(value) : `${numerator}/${denominator}`;
}

/** Shifts the decimal point, so that nothing is rounded. */
function timesScale(value: string, name: string): string {
  if (name.toLowerCase() === "dozen") return String(Number(value) * 12);
  const places = scales.get(name.toLowerCase()) ?? 0;
  const [whole = "", fraction = ""] = value.split(".");
  const shifted = whole + fraction.slice(0, places).padEnd(places, "0");
  return fraction.length > places ? `${shifted}.${fraction.slice(places)}` : shifted;
}

/** Without zeros that say nothing. */
function plain(value: string): string {
  const short = value.replace(/^(-?)0+(?=\d)/, "$1");
  return /^-?\d+\.\d+$/.test(short) ? short.replace(/\.?0+$/, "") : short;
}
