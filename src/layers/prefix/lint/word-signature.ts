import { calendarWords } from "./calendar-words.ts";

/**
 * Texts as bags of words: the sum of the hashes of the words (FNV-1a, 32 bits), whatever their order and whatever stands
 * between them. Two texts that differ only in space, or in the order of their parts, have equal bags. The signature leaves
 * out words with digits and the names of months and days as well, so it is also equal for texts that differ only in a
 * date, a number or an id: it says that two texts were made from one.
 */

const offset = 0x811c9dc5;
const prime = 0x01000193;
const backslash = 92;

export function signatureOf(text: string): number {
  return sumOfWords(text, false);
}

/** With numbers and dates. */
export function bagOf(text: string): number {
  return sumOfWords(text, true);
}

/** Of one word, whatever the case of its letters a to z; evenly spread over 32 bits. */
export function wordHash(word: string): number {
  return mixed(hashOf(word)) >>> 0;
}

const calendarHashes: ReadonlySet<number> = new Set([...calendarWords].map(hashOf));

function sumOfWords(text: string, withNumbers: boolean): number {
  let sum = 0;
  let hash = offset;
  let length = 0;
  let hasDigit = false;
  for (let place = 0; place <= text.length; place++) {
    const code = place < text.length ? text.charCodeAt(place) : 0;
    if (isWordCode(code)) {
      hasDigit ||= code < 58;
      hash = Math.imul(hash ^ lowered(code), prime);
      length++;
      continue;
    }
    if (length > 0 && (withNumbers || !(hasDigit || calendarHashes.has(hash)))) sum = (sum + mixed(hash)) | 0;
    // What follows it is no letter of a word.
    if (code === backslash) place++;
    hash = offset;
    length = 0;
    hasDigit = false;
  }
  return sum;
}

function hashOf(word: string): number {
  let hash = offset;
  for (let place = 0; place < word.length; place++) hash = Math.imul(hash ^ lowered(word.charCodeAt(place)), prime);
  return hash;
}

/** Sums of hashes that differ little would be alike. */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35) ^ (once >>> 16);
}

/** Letters of any script, and digits. */
export function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code >= 192;
}

function lowered(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
