import { codeAt, isPlainWordAt } from "./code-text.ts";
import { isNumberWord, isSmallNumberWord } from "./number-form.ts";
import type { TokenKind } from "./reading.ts";

/** A stretch of the text that is one thing. `form` is what must agree of code. */
export interface Span {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
  readonly form?: string;
  /** No letter or digit stands between this span and the one before. */
  readonly startsSentence: boolean;
}

/**
 * Cuts a folded text into words, numbers, code and signs, from left to right in one pass; white space, brackets and
 * plain punctuation make no span.
 */
export function tokenise(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  let startsSentence = true;
  const push = (kind: TokenKind, end: number, form?: string): void => {
    const span = { kind, text: text.slice(at, end), at, startsSentence };
    spans.push(form === undefined ? span : { ...span, form });
    startsSentence = false;
    at = end;
  };
  const pushWord = (end: number): void => {
    const numberEnd = numberWordsEnd(text, end, text.slice(at, end).toLowerCase());
    if (numberEnd !== undefined) push("number", numberEnd);
    else push("word", end);
  };
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === " " || character === "\n" || character === "\t" || character === "\r") {
      at++;
      continue;
    }
    const before = at === 0 ? " " : text.charAt(at - 1);
    const isFresh = before === " " || !wordish.test(before);
    if (isFresh && isPlainWordAt(text, at)) {
      pushWord(endOf(letters, text, at) as number);
      continue;
    }
    const code = codeAt(text, at, isFresh);
    if (code !== undefined) {
      push("code", code.end, code.form);
      continue;
    }
    const number = isFresh ? endOf(digits, text, at) : undefined;
    if (number !== undefined) {
      push("number", withHalfDay(text, number));
      continue;
    }
    const mixed = endOf(lettersAndDigits, text, at);
    if (mixed !== undefined) {
      push("code", mixed, caseFreeForm(text.slice(at, mixed)));
      continue;
    }
    const word = endOf(initials, text, at) ?? endOf(letters, text, at);
    if (word !== undefined) {
      pushWord(word);
      continue;
    }
    const sign = (before === " " ? endOf(faces, text, at) : undefined) ?? endOf(signs, text, at);
    if (sign !== undefined && isDash(text, at, sign)) {
      at = sign;
      continue;
    }
    if (sign !== undefined) {
      push("sign", sign);
      continue;
    }
    if (character === "!" && factorial.test(text.slice(Math.max(0, at - 4), at))) {
      push("sign", at + 1);
      continue;
    }
    const telling = endOf(tellingSigns, text, at) ?? (isSpokenOf(text, at) ? at + 1 : undefined);
    if (telling !== undefined) {
      push("code", telling, text.slice(at, telling).toLowerCase());
      continue;
    }
    if (sentenceEnd.test(character)) startsSentence = true;
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return spans;
}

const wordish = /[\p{L}\p{M}\p{N}_]/u;
/** Four digits are a year rather than the base of a factorial. */
const factorial = /(?:^|\D)\d{1,3}$|\)$/;
const sentenceEnd = /[.!?:;\n]/;
const letters = /\p{L}[\p{L}\p{M}]*(?:(?:'|-|&)\p{L}[\p{L}\p{M}]*){0,6}/uy;
/** `U.S.`, `e.g.`, with the last point or without. */
const initials = /\p{L}(?:\.\p{L}){1,6}\.?(?![\p{L}\p{N}])/uy;
const lettersAndDigits =
  /(?=[\p{L}\p{N}-]{0,60}\p{N})(?=[\p{L}\p{N}-]{0,60}\p{L})[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+){0,6}/uy;
/** Sign, currency, digits with separators, then a percent, a currency, an ordinal ending or a unit glued to it. */
const digits =
  /[+-]?(?:[$€£¥] ?)?(?:\d+(?:[.,:/-]\d+)*|\.\d+)(?:\s?%|[€£¥°]|(?:k|st|nd|rd|th|[ap]m|(?:ms|s|sec|secs|min|mins|h|hr|hrs|mm|cm|m|km|kg|g|mg|lb|lbs|oz|ml|l|kb|mb|gb|tb|mph|kmh|hz|khz|mhz|ghz|w|kw|v|px|x|d|ft|in)(?!\p{L})))?(?![\p{L}\p{N}_])/iuy;
const halfDay = / ?[ap](?:m\b|\.m\.)/iy;
const signs = /[+=<>&#/*%^|~@\\-]+|[\p{Extended_Pictographic}\p{S}](?:\p{M}|\u200d|\p{Extended_Pictographic})*/uy;

/** `:)`, `;-P`, and a heart, whole or broken. */
const faces = /(?:[:;]['-]?[()DPpOo|/\\*\][]|<[/\\]?3)(?=\s|[?.!,]|$)/y;

/**
 * What is neither a letter nor a sign of prose must agree to the letter, whatever it is: other digits, Roman numbers,
 * paragraph signs, what cannot be seen. ASCII digits and the fractions are left to who reads quantities.
 */
const tellingSigns =
  /[^\s\p{L}\x20-\x7e½¼¾\u2010-\u2027\u2030-\u203a\u00a1\u00a8\u00ab\u00b4\u00b7\u00bb\u00bf\u2212\u3001\u3002]+/uy;

/** `what does ; mean`, `the use of ! in Rust`: behind such a word no clause ends. */
const spokenOf =
  /(?<=(?:^|\s)(?:an?|the|of|does|with|or|and|between|sign|symbol|character|operator)\s{1,8})[.,;:!?'"()[\]{}_-](?=\s)/iuy;

function isSpokenOf(text: string, at: number): boolean {
  return endOf(spokenOf, text, at) !== undefined;
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) && pattern.lastIndex > at ? pattern.lastIndex : undefined;
}

/** A dash between words is punctuation; between numbers it may be a minus. */
function isDash(text: string, at: number, end: number): boolean {
  if (!/^-+$/.test(text.slice(at, end))) return false;
  const isSpaced = at > 0 && text.charAt(at - 1) === " " && text.charAt(end) === " ";
  return isSpaced && !/[\p{N})]\s*$/u.test(text.slice(Math.max(0, at - 4), at));
}

/** `3` of `3 pm` goes on to the end of `pm`. */
function withHalfDay(text: string, end: number): number {
  return endOf(halfDay, text, end) ?? end;
}

/** MP3 and mp3 are one; `aB3` is not `ab3`. */
function caseFreeForm(text: string): string {
  const isPlain = text === text.toUpperCase() || text === text.toLowerCase() || /^\p{Lu}[^\p{Lu}]*$/u.test(text);
  return isPlain ? text.toLowerCase() : text;
}

/** Where the number that begins with the word `first` ends; `undefined` when it begins none. */
function numberWordsEnd(text: string, firstEnd: number, first: string): number | undefined {
  if (!isSmallNumberWord(first) && !first.includes("-")) return undefined;
  const parts = first.split("-");
  if (!parts.every(isNumberWord) || !isSmallNumberWord(parts[0] ?? "")) return undefined;
  let end = firstEnd;
  for (;;) {
    nextWord.lastIndex = end;
    const found = nextWord.exec(text);
    if (found === null) return end;
    const words = (found[1] ?? "").toLowerCase().split("-");
    if (!words.every(isNumberWord)) return end;
    end = nextWord.lastIndex;
  }
}

const nextWord = /[ ](?:and )?([a-z]+(?:-[a-z]+)?)(?![\p{L}\p{N}'-])/iuy;
