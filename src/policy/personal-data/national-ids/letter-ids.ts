import { remainder, weightedSum } from "../checksums.ts";
import type { Report } from "../finding.ts";
import { isWordCode } from "../number-runs.ts";
import { thingWords } from "../number-words.ts";
import type { Surroundings } from "../surroundings.ts";
import { isShortBirthday } from "./birthday.ts";
import { isChineseId } from "./digit-ids.ts";

/**
 * National numbers of persons that have letters in them. Their form is so much their own that they count wherever they
 * stand; letters that check the digits are checked. All are found by one expression for the forms in which they are written,
 * and what is found is then tried against the rules.
 */

interface LetterId {
  readonly rule: string;
  /** Of the whole word, without what may separate its parts, in capitals. */
  readonly form: RegExp;
  readonly isValid?: (text: string) => boolean;
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
const hetuCharacters = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const ppsLetters = "WABCDEFGHIJKLMNOPQRSTUV";

const rules: readonly LetterId[] = [
  {
    // HM Revenue and Customs: which prefixes are never given; QQ stands in its examples.
    rule: "uk-nino",
    form: /^(?!BG|GB|KN|NK|NT|TN|ZZ)(?:QQ|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])\d{6}[A-D]$/,
  },
  { rule: "es-dni", form: /^\d{8}[A-Z]$/, isValid: (text) => dniLetters[Number(text.slice(0, 8)) % 23] === text[8] },
  {
    rule: "es-nie",
    form: /^[XYZ]\d{7}[A-Z]$/,
    isValid: (text) => dniLetters[Number(`${"XYZ".indexOf(text[0] as string)}${text.slice(1, 8)}`) % 23] === text[8],
  },
  {
    // Letters may stand for digits where two persons would have the same.
    rule: "it-codice-fiscale",
    form: /^[A-Z]{6}[\dLMNPQRSTUV]{2}[A-EHLMPRST][\dLMNPQRSTUV]{2}[A-Z][\dLMNPQRSTUV]{3}[A-Z]$/,
    isValid: (text) => fiscalCheck(text) === text[15],
  },
  {
    rule: "fr-nir",
    form: /^[1-478]\d{4}2[AB]\d{8}$/,
    isValid: (text) => {
      const number = text.slice(0, 13).replace("2A", "19").replace("2B", "18");
      return 97 - remainder(number, 97) === Number(text.slice(13));
    },
  },
  {
    rule: "fi-henkilotunnus",
    form: /^\d{6}[-+A-FU-Y]\d{3}[\dA-Y]$/,
    isValid: (text) =>
      isShortBirthday(text.slice(4, 6), text.slice(2, 4), text.slice(0, 2)) &&
      hetuCharacters[Number(text.slice(0, 6) + text.slice(7, 10)) % 31] === text[10],
  },
  {
    rule: "ie-pps",
    form: /^\d{7}[A-W][A-IW]?$/,
    isValid: (text) => {
      const second = text[8] === undefined || text[8] === "W" ? 0 : text.charCodeAt(8) - 0x40;
      return ppsLetters[(weightedSum(text, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === text[7];
    },
  },
  { rule: "in-pan", form: /^[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]$/ },
  { rule: "cn-resident-id", form: /^\d{17}X$/, isValid: isChineseId },
  {
    rule: "mx-curp",
    form: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/,
    isValid: (text) => isShortBirthday(text.slice(4, 6), text.slice(6, 8), text.slice(8, 10)) && curpCheck(text),
  },
];

/** The forms with what may separate their parts, so wide that `rules` have to look at what was found. */
const forms = [
  "[A-Za-z]{2}(?:[ -]?\\d{2}){3}[ -]?[A-Da-d]",
  "[XYZxyz][ -]?\\d{7}[ -]?[A-Za-z]",
  "\\d{1,2}\\.\\d{3}\\.\\d{3}[ -]?[A-Za-z]",
  "\\d{8}[ -][A-Za-z]",
  "\\d{6}[-+]\\d{3}[A-Za-z\\d]",
  "[1-478](?: ?\\d{2}){2} ?2[ABab](?: ?\\d{3}){2} ?\\d{2}",
  "[A-Za-z]{3} [A-Za-z]{3} \\d{2}[A-Za-z]\\d{2} [A-Za-z]\\d{3}[A-Za-z]",
  "[A-Za-z]{4,6}\\d[A-Za-z\\d]{3,13}",
  "\\d{6,17}[A-Za-z][A-Za-z\\d]{0,4}",
];
const candidates = new RegExp(`\\b(?:${forms.join("|")})\\b`, "g");

export function findLetterIds(surroundings: Surroundings, report: Report): void {
  const { text } = surroundings;
  candidates.lastIndex = 0;
  for (let match = candidates.exec(text); match !== null; match = candidates.exec(text)) {
    const start = match.index;
    const end = start + match[0].length;
    const dashed = match[0].replace(/[ .]/g, "").toUpperCase();
    const bare = dashed.replace(/-/g, "");
    const found = rules.find(({ form, isValid }) => {
      const tried = form.test(bare) ? bare : form.test(dashed) ? dashed : undefined;
      return tried !== undefined && (isValid?.(tried) ?? true);
    });
    // In an address of the web or a path it is a part of a name.
    if (found === undefined || isJoined(text, start, end)) continue;
    if (surroundings.follows(thingWords, start)) continue;
    report({ kind: "national_id", rule: found.rule, start, end, value: bare });
  }
}

function isJoined(text: string, start: number, end: number): boolean {
  const isJoint = (at: number) => "-./".includes(text[at] ?? " ");
  return (
    (isJoint(start - 1) && isWordCode(text.charCodeAt(start - 2))) ||
    (isJoint(end) && isWordCode(text.charCodeAt(end + 1)))
  );
}

const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Ministero delle Finanze, decree of 23 December 1976. */
function fiscalCheck(text: string): string {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = text.charCodeAt(index);
    const value = code <= 0x39 ? code - 0x30 : code - 0x41;
    sum += index % 2 === 0 ? (oddValues[value] as number) : value;
  }
  return String.fromCharCode(0x41 + (sum % 26));
}

const curpCharacters = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";

function curpCheck(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < 17; index++) sum += curpCharacters.indexOf(text[index] as string) * (18 - index);
  return (10 - (sum % 10)) % 10 === Number(text[17]);
}
