import { laneA, laneB, type WordTable } from "./word-table.ts";

/**
 * Finds the word an unknown word is a slip of. Every string one edit away (a letter left out, added, changed, or two
 * swapped: Damerau 1964 found four of five slips to be one of these) is looked up; its hash is put together from the
 * hashes of what lies before and after the edit. Each known neighbour is weighed by how common it is and how easily a
 * hand makes that slip; one is taken only where it stands well above every other.
 */
export function correctionOf(word: string, table: WordTable): string | undefined {
  const length = word.length;
  if (length < 4 || length > 30 || !/^[a-z]+$/.test(word)) return undefined;
  const before = hashesBefore(word);
  const after = hashesAfter(word);
  let best = -Infinity;
  let second = -Infinity;
  let edit = "";
  let editAt = 0;
  let editLength = 0;
  const consider = (at: number, cut: number, put: string, weight: number): void => {
    let a = before.a[at] as number;
    let b = before.b[at] as number;
    for (let index = 0; index < put.length; index++) {
      a = (Math.imul(a, laneA) + put.charCodeAt(index)) | 0;
      b = (Math.imul(b, laneB) + put.charCodeAt(index)) | 0;
    }
    const rest = at + cut;
    a = (Math.imul(a, after.powerA[rest] as number) + (after.a[rest] as number)) | 0;
    b = (Math.imul(b, after.powerB[rest] as number) + (after.b[rest] as number)) | 0;
    const frequency = table.frequencyOfHash(a, b);
    if (frequency < leastFrequency) return;
    const score = frequency + weight;
    const isSame = editAt >= 0 && applied(word, at, cut, put) === applied(word, editAt, editLength, edit);
    if (score > best) {
      if (!isSame) second = best;
      best = score;
      edit = put;
      editAt = at;
      editLength = cut;
    } else if (score > second && !isSame) second = score;
  };
  for (let at = 0; at <= length; at++) {
    const here = word[at];
    const next = word[at + 1];
    for (const letter of letters) {
      if (letter !== here) consider(at, 0, letter, letter === word[at - 1] ? doubled : 0);
      if (here !== undefined && letter !== here)
        consider(at, 1, letter, nearKeys[here]?.includes(letter) ? nearKey : 0);
    }
    if (here === undefined) continue;
    if (here !== next) consider(at, 1, "", here === word[at - 1] ? doubled : 0);
    if (next !== undefined && here !== next) consider(at, 2, next + here, swapped);
  }
  return best - second >= clearLead ? applied(word, editAt, editLength, edit) : undefined;
}

function applied(word: string, at: number, cut: number, put: string): string {
  return word.slice(0, at) + put + word.slice(at + cut);
}

const letters = [..."abcdefghijklmnopqrstuvwxyz"];
/** In steps of the frequency scale, of which about 11 are a doubling of the use. */
const clearLead = 25;
const leastFrequency = 60;
const nearKey = 20;
const doubled = 25;
const swapped = 25;

/** The keys that touch each key on the common English keyboard. */
const nearKeys: Readonly<Record<string, string>> = {
  q: "wa",
  w: "qeas",
  e: "wrsd",
  r: "etdf",
  t: "ryfg",
  y: "tugh",
  u: "yihj",
  i: "uojk",
  o: "ipkl",
  p: "ol",
  a: "qwsz",
  s: "awedxz",
  d: "serfcx",
  f: "drtgvc",
  g: "ftyhbv",
  h: "gyujnb",
  j: "huikmn",
  k: "jiolm",
  l: "kop",
  z: "asx",
  x: "zsdc",
  c: "xdfv",
  v: "cfgb",
  b: "vghn",
  n: "bhjm",
  m: "njk",
};

function hashesBefore(word: string): { readonly a: Int32Array; readonly b: Int32Array } {
  const a = new Int32Array(word.length + 1);
  const b = new Int32Array(word.length + 1);
  for (let index = 0; index < word.length; index++) {
    a[index + 1] = Math.imul(a[index] as number, laneA) + word.charCodeAt(index);
    b[index + 1] = Math.imul(b[index] as number, laneB) + word.charCodeAt(index);
  }
  return { a, b };
}

/** The hash of the text from each place on, and the power of the lanes that its length stands for. */
function hashesAfter(word: string) {
  const a = new Int32Array(word.length + 1);
  const b = new Int32Array(word.length + 1);
  const powerA = new Int32Array(word.length + 1).fill(1);
  const powerB = new Int32Array(word.length + 1).fill(1);
  for (let index = word.length - 1; index >= 0; index--) {
    powerA[index] = Math.imul(powerA[index + 1] as number, laneA);
    powerB[index] = Math.imul(powerB[index + 1] as number, laneB);
    a[index] = Math.imul(word.charCodeAt(index), powerA[index + 1] as number) + (a[index + 1] as number);
    b[index] = Math.imul(word.charCodeAt(index), powerB[index + 1] as number) + (b[index + 1] as number);
  }
  return { a, b, powerA, powerB };
}
