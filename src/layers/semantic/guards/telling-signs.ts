import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * Signs that stand for themselves: emoji, flags, faces in letters, arrows, signs of mathematics, of law and of money,
 * and those of a keyboard that stand alone (`what does ^ mean`). What only decorates is no part of a reading; of the rest,
 * two texts that have other ones ask about other things, and so does one that has none where the other's is on no
 * keyboard.
 */
export function differInTellingSigns(asked: Reading, found: Reading): boolean {
  const [one, other] = [signsOf(asked), signsOf(found)];
  if (one.all === other.all) return false;
  return (one.all !== "" && other.all !== "") || one.isSpecial || other.isSpecial;
}

interface Signs {
  /** In order. */
  readonly all: string;
  /** Whether one of them is on no keyboard, or a face. */
  readonly isSpecial: boolean;
}

const signsOf = once(({ tokens, text }: Reading): Signs => {
  const all = tokens.filter((token) => isTelling(token, text)).map((token) => token.text.replace(variant, ""));
  return { all: all.join(" "), isSpecial: all.some((sign) => !onKeyboard.test(sign) || /^[:;]/.test(sign)) };
});

function isTelling(token: Token, text: string): boolean {
  if (token.kind !== "sign" || isOperator.test(token.text)) return false;
  if (!onKeyboard.test(token.text)) return true;
  const [before, behind] = [text[token.at - 1] ?? " ", text[token.at + token.text.length] ?? " "];
  if (!alone.test(before) || !alone.test(behind)) return false;
  return !separators.test(token.text) || speaksOfSigns.test(text.slice(Math.max(0, token.at - 24), token.at));
}

const onKeyboard = /^[\x20-\x7e]+$/;
/** For the guards of code and of numbers. */
const isOperator = /^[≤≥≠≈×÷±−°€£¥]$/u;
/** They divide a sentence, or open a line, as other signs do. */
const separators = /^(?:[-/\\|&#*+>~]|[-=*#~]{2,})$/;
/** Behind such a word a sign divides nothing (`what does * do in Python`). */
const speaksOfSigns =
  /(?:^|\s)(?:an?|the|of|does|do|is|with|between|sign|symbol|character|operator|use|type|called) {1,3}["'`]?$/i;
const alone = /[\s"'`?.!,]/;
/** Which of two looks a sign has. */
const variant = /[\ufe0e\ufe0f]/gu;
