/**
 * A text with one spelling for each character that detectors look at. Digits of other scripts and full-width forms become
 * ASCII, as do those of mathematics and those in circles, the many spaces and dashes become one of each, and characters
 * without width, which hide what stands between them, go. Findings tell where they stand in the text that is left. Letters are
 * left alone: nothing is looked for in them but letters of ASCII and, in addresses, those of any script.
 */

/** Where the digits 0 to 9 begin (Unicode 15, general category Nd), in the scripts that are in daily use. */
const digitZeros: readonly number[] = [
  ...[0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66],
  ...[0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810],
];

const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2028\u2029\u0085]/g;
const dashes = /[\u2010-\u2015\u2212\u2043\ufe58\ufe63]/g;
/** The joiner of graphemes, selectors of variants and the frame of a key on a keyboard among them. */
const widthless =
  /[\u034f\u20e3\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\p{Variation_Selector}/gu;
/** U+1D7CE to U+1D7FF: five styles of the ten digits. */
const mathematical = /\ud835[\udfce-\udfff]/g;
/** In a row, as numbers have them; one by itself counts the items of a list. */
const circled = /[\u2460-\u2468\u24ea\u24ff\u2776-\u277e]{2,}/g;
/** The small and the half-width form of what stands in addresses. */
const smallAt = /\ufe6b/g;
const smallDot = /[\u2024\ufe52\uff61]/g;
const fullWidth = /[\uff01-\uff5e]/g;
const otherDigits =
  /[\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u0966-\u096f\u09e6-\u09ef\u0a66-\u0a6f\u0ae6-\u0aef\u0b66-\u0b6f\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef\u0d66-\u0d6f\u0e50-\u0e59\u0ed0-\u0ed9\u0f20-\u0f29\u1040-\u1049\u17e0-\u17e9\u1810-\u1819]/g;
/** Beyond the letters of Latin, Greek and Cyrillic, where nothing is to be folded. */
const foldable =
  /[\u034f\u20e3\u0085\u00a0\u00ad\u061c\u0660-\u1fff\u2000-\u206f\u2212\u2460-\u24ff\u2776-\u277e\u3000\ud835\ufd00-\uffff]/;

export function foldedText(text: string): string {
  if (!foldable.test(text)) return text;
  return text
    .replace(widthless, "")
    .replace(fullWidth, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(otherDigits, asciiDigit)
    .replace(mathematical, (digit) => String((digit.charCodeAt(1) - 0xdfce) % 10))
    .replace(circled, (digits) => digits.replace(/./g, circledDigit))
    .replace(smallAt, "@")
    .replace(smallDot, ".")
    .replace(spaces, " ")
    .replace(dashes, "-");
}

function asciiDigit(character: string): string {
  const code = character.charCodeAt(0);
  const zero = digitZeros.find((start) => code >= start && code < start + 10) ?? code;
  return String(code - zero);
}

function circledDigit(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x24ea || code === 0x24ff) return "0";
  return String(code - (code < 0x2776 ? 0x245f : 0x2775));
}
