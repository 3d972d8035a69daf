import { mod11by10, passesLuhn, remainder, verhoeff, weightedSum } from "../checksums.ts";
import { personWords } from "../number-words.ts";
import { Words } from "../surroundings.ts";
import { isBirthday, isShortBirthday } from "./birthday.ts";

/**
 * National numbers of persons that are digits alone. Each by the forms in which it is written and its check digits, from
 * the publications of the authority that gives it. `proves` says how much a form is worth: where any number of this length
 * passes too often, it counts only near a word that names it.
 */

export interface DigitId {
  readonly rule: string;
  /** The shapes of number-runs.ts that count by themselves. */
  readonly proving: readonly string[];
  /** Those that count near `words` only. */
  readonly named: readonly string[];
  readonly words: Words;
  readonly isValid: (digits: string) => boolean;
}

function named(words: string): Words {
  return new Words(`${words}|${personWords}`);
}

export const digitIds: readonly DigitId[] = [
  {
    // Social Security Administration: no area 000, 666 or from 900, no group 00, no serial 0000; and IRS for ITINs.
    rule: "us-ssn",
    proving: ["3-2-4", "3 2 4"],
    named: ["9", "3.2.4"],
    words: named("ssn|itin|social\\s?security|\\btin\\b|tax(?:payer)?\\s?id|seguro social"),
    isValid: (digits) => isSocialSecurityNumber(digits),
  },
  {
    // Bundeszentralamt für Steuern: ISO 7064 MOD 11,10; of the first ten digits exactly one comes twice or three times.
    rule: "de-steuer-id",
    proving: ["11", "2 3 3 3", "2-3-3-3", "2/3/3/3"],
    named: ["3 3 3 2", "4 4 3"],
    words: named("steuer|idnr|tax\\s?id|\\btin\\b"),
    isValid: (digits) => digits[0] !== "0" && hasOneRepeat(digits.slice(0, 10)) && mod11by10(digits) === 1,
  },
  {
    // INSEE: sex, year, month, département, commune, order; key 97 less the rest by 97. Corsica: fr-nir of letter-ids.ts.
    rule: "fr-nir",
    proving: ["15", "13 2", "13-2", "1 2 2 2 3 3 2", "1-2-2-2-3-3-2", "1.2.2.2.3.3.2"],
    named: [],
    words: named("nir|s[eé]curit[eé] sociale|s[eé]cu"),
    isValid: (digits) => /^[1-478]/.test(digits) && isNirMonth(digits) && isNirKey(digits),
  },
  {
    rule: "pl-pesel",
    proving: [],
    named: ["11", "6 5", "6-5"],
    words: named("pesel"),
    isValid: (digits) => isPeselBirthday(digits) && weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  },
  {
    rule: "nl-bsn",
    proving: [],
    named: ["9", "8", "3 3 3", "4 2 3", "4.2.3", "3.3.3", "3-3-3"],
    words: named("bsn|burgerservice|sofi(?:nummer)?|citizen service"),
    isValid: (digits) =>
      /[1-9]/.test(digits) && weightedSum(digits.padStart(9, "0"), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  },
  {
    // Rijksregister: births from 2000 on count with a 2 before the number.
    rule: "be-national-number",
    proving: ["2.2.2-3.2", "11", "2 2 2 3 2", "6-3-2", "6-3.2", "2-2-2-3-2", "2.2.2.3.2"],
    named: [],
    words: named("rijksregister|registre national|niss|insz"),
    isValid: (digits) => {
      const key = 97 - Number(digits.slice(9));
      const isKey = [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((number) => remainder(number, 97) === key % 97);
      return isKey && isShortBirthday(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6));
    },
  },
  {
    rule: "ch-ahv",
    proving: ["13", "3.4.4.2", "3 4 4 2", "3-4-4-2"],
    named: [],
    words: named("ahv|avs|avs-nr"),
    isValid: (digits) =>
      digits.startsWith("756") && weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  },
  {
    rule: "at-svnr",
    proving: [],
    named: ["10", "4 6", "4-6", "4 2 2 2"],
    words: named("sozialversicherung|svnr|sv-nr|versicherungsnummer"),
    isValid: (digits) => {
      const check = weightedSum(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
      return digits[0] !== "0" && check === Number(digits[3]);
    },
  },
  {
    rule: "se-personnummer",
    proving: ["6-4", "8-4"],
    named: ["10", "12", "6 4", "8 4"],
    words: named("personnummer|samordningsnummer|pnr"),
    isValid: (digits) => {
      const short = digits.slice(-10);
      // Coordination numbers add 60 to the day.
      const day = String(Number(short.slice(4, 6)) % 60).padStart(2, "0");
      const isCentury = digits.length === 10 || /^(?:19|20)/.test(digits);
      return isCentury && isShortBirthday(short.slice(0, 2), short.slice(2, 4), day) && passesLuhn(short);
    },
  },
  {
    rule: "no-fodselsnummer",
    proving: ["11", "6 5", "6-5"],
    named: [],
    words: named("f[øo]dselsnummer|fnr|d-nummer"),
    isValid: (digits) =>
      isShortBirthday(digits.slice(4, 6), digits.slice(2, 4), dayLess(digits.slice(0, 2), 40)) &&
      weightedSum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  {
    // Since 2007 without a check that holds.
    rule: "dk-cpr",
    proving: ["6-4"],
    named: ["10", "6 4"],
    words: named("cpr|personnummer"),
    isValid: (digits) => isShortBirthday(digits.slice(4, 6), digits.slice(2, 4), digits.slice(0, 2)),
  },
  {
    rule: "cz-rodne-cislo",
    proving: ["6/4"],
    named: ["10"],
    words: named("rodn[eé] [cč][ií]slo|r\\.?[cč]\\."),
    isValid: (digits) => {
      const month = Number(digits.slice(2, 4)) % 50;
      const short = String(month > 20 ? month - 20 : month).padStart(2, "0");
      // Until 1985 a rest of 10 was written as 0.
      const isChecked = remainder(digits, 11) === 0 || (remainder(digits.slice(0, 9), 11) === 10 && digits[9] === "0");
      return isChecked && isShortBirthday(digits.slice(0, 2), short, digits.slice(4, 6));
    },
  },
  {
    rule: "ro-cnp",
    proving: [],
    named: ["13"],
    words: named("cnp|cod numeric"),
    isValid: (digits) => {
      const check = weightedSum(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
      const isCounty = /^(?:0[1-9]|[1-4]\d|5[12]|70)$/.test(digits.slice(7, 9));
      return (
        /^[1-9]/.test(digits) &&
        isCounty &&
        isShortBirthday(digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7)) &&
        (check === 10 ? 1 : check) === Number(digits[12])
      );
    },
  },
  {
    rule: "pt-nif",
    proving: [],
    named: ["9", "3 3 3"],
    words: named("nif|contribuinte"),
    isValid: (digits) => {
      const check = 11 - (weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
      return /^[1235689]/.test(digits) && (check >= 10 ? 0 : check) === Number(digits[8]);
    },
  },
  {
    // The numbers of the National Health Service of the United Kingdom.
    rule: "uk-nhs",
    proving: [],
    named: ["10", "3 3 4", "3-3-4"],
    words: new Words("nhs"),
    isValid: (digits) => {
      const check = 11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
      return check !== 10 && (check === 11 ? 0 : check) === Number(digits[9]);
    },
  },
  {
    rule: "tr-kimlik",
    proving: [],
    named: ["11"],
    words: named("kimlik|tckn|t\\.?c\\.?\\s?(?:no|numaras)"),
    isValid: (digits) => {
      const odd = weightedSum(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
      const even = weightedSum(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
      const sum = weightedSum(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
      return digits[0] !== "0" && (odd * 7 + even * 9) % 10 === Number(digits[9]) && sum % 10 === Number(digits[10]);
    },
  },
  {
    rule: "br-cpf",
    proving: ["3.3.3-2", "3 3 3 2", "3-3-3-2", "9-2"],
    named: ["11"],
    words: named("cpf"),
    isValid: (digits) => !/^(\d)\1+$/.test(digits) && isCpfCheck(digits, 9) && isCpfCheck(digits, 10),
  },
  {
    rule: "ca-sin",
    proving: [],
    named: ["9", "3-3-3", "3 3 3"],
    words: named("\\bsin\\b|social insurance|assurance sociale|\\bnas\\b"),
    isValid: (digits) => !/^(?:8|000)/.test(digits) && passesLuhn(digits),
  },
  {
    rule: "au-tfn",
    proving: [],
    named: ["9", "3 3 3", "3-3-3"],
    words: new Words("tfn|tax file"),
    isValid: (digits) => weightedSum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  },
  {
    rule: "in-aadhaar",
    proving: ["4 4 4", "4-4-4"],
    named: ["12"],
    words: named("aadhaar|aadhar|uidai|uid\\b"),
    isValid: (digits) => /^[2-9]/.test(digits) && verhoeff(digits) === 0,
  },
  {
    rule: "kr-rrn",
    proving: ["6-7"],
    named: ["13"],
    words: named("주민등록|rrn|resident registration"),
    isValid: (digits) =>
      /^\d{6}[1-8]/.test(digits) && isShortBirthday(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)),
  },
  {
    rule: "jp-my-number",
    proving: [],
    named: ["12", "4 4 4", "4-4-4"],
    words: named("マイナンバー|my number|個人番号"),
    isValid: (digits) => {
      const rest = weightedSum(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest <= 1 ? 0 : 11 - rest) === Number(digits[11]);
    },
  },
  {
    rule: "za-id",
    proving: ["6 4 3", "6 4 2 1"],
    named: ["13"],
    words: named("rsa id|south african id"),
    isValid: (digits) =>
      /^\d{10}[01]/.test(digits) &&
      isShortBirthday(digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)) &&
      passesLuhn(digits),
  },
  {
    rule: "cn-resident-id",
    proving: ["18"],
    named: [],
    words: named("身份证"),
    isValid: (digits) => isChineseId(digits),
  },
];

const chineseWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643-1999; the last may be an X, which is 10. */
export function isChineseId(text: string): boolean {
  if (!/^[1-8]\d{16}[\dX]$/.test(text)) return false;
  const check = "10X98765432"[weightedSum(text.slice(0, 17), chineseWeights) % 11];
  return isBirthday(text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)) && check === text[17];
}

function isSocialSecurityNumber(digits: string): boolean {
  const area = Number(digits.slice(0, 3));
  const group = Number(digits.slice(3, 5));
  if (digits.slice(5) === "0000" || area === 0 || area === 666 || group === 0) return false;
  // Individual taxpayer numbers begin with 9 and have these groups.
  return area < 900 || (group >= 50 && group !== 89 && group !== 93 && group <= 99);
}

function hasOneRepeat(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] as number) <= 3;
}

function isNirMonth(digits: string): boolean {
  const month = Number(digits.slice(3, 5));
  return (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
}

function isNirKey(digits: string): boolean {
  return 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
}

/** The century is in the month. */
function isPeselBirthday(digits: string): boolean {
  const month = Number(digits.slice(2, 4));
  const century = [1900, 2000, 2100, 2200, 1800][Math.floor(month / 20)] as number;
  return isBirthday(String(century + Number(digits.slice(0, 2))), String(month % 20), digits.slice(4, 6));
}

function dayLess(day: string, by: number): string {
  return String(Number(day) > by ? Number(day) - by : Number(day));
}

function isCpfCheck(digits: string, place: number): boolean {
  const weights = Array.from({ length: place }, (_, index) => place + 1 - index);
  return ((weightedSum(digits, weights) * 10) % 11) % 10 === Number(digits[place]);
}
