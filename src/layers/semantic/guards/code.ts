import type { Reading, Token } from "../reading/reading.ts";
import { writtenOf } from "./about-spelling.ts";
import { codeSpansOf } from "./code-spans.ts";
import type { Guard } from "./guard.ts";
import { differInLittleMarks } from "./little-marks.ts";
import { once } from "./once.ts";
import { differInTellingSigns } from "./telling-signs.ts";
import { unitOf } from "./units.ts";

/**
 * Code, identifiers, paths, flags, addresses, formulas and quoted text must be the same, in the same order, to the
 * letter. Two kinds are softer, since people write them in several ways: quoted words may stand without their quotes on
 * the other side, and plain names (`iPhone 15`, `setup.exe`) may be written in any case and with a space. Signs of
 * comparison and arithmetic must be the same in the same order. Where a question is about spelling itself, its words are
 * what must agree to the letter, and so is the case of little words that are others in another case.
 */
export const code: Guard = {
  name: "code",
  vetoes({ asked, found }) {
    const ofAsked = codeOf(asked);
    const ofFound = codeOf(found);
    if (
      haveOtherSpans(asked, found) ||
      haveOtherSlashes(asked, found) ||
      writtenOf(asked).words !== writtenOf(found).words ||
      differInLittleMarks(asked, found) ||
      differInTellingSigns(asked, found)
    )
      return true;
    if (!areEqual(ofAsked.hard, ofFound.hard) || !areEqual(ofAsked.operators, ofFound.operators)) return true;
    if (areEqual(ofAsked.soft, ofFound.soft)) return false;
    if (ofAsked.soft.length + ofFound.soft.length > mostSoft) return true;
    if (areEqual(ofAsked.soft.toSorted(), ofFound.soft.toSorted())) return true;
    return !(holdsAll(runsOf(found), ofAsked.soft) && holdsAll(runsOf(asked), ofFound.soft));
  },
};

/** So many quotations differ somewhere. */
const mostSoft = 64;

interface Code {
  readonly hard: readonly string[];
  /** As runs of letters and of digits, joined by spaces. */
  readonly soft: readonly string[];
  readonly operators: readonly string[];
}

const codeOf = once((reading: Reading): Code => {
  const hard: string[] = [];
  const soft: string[] = [];
  const operators: string[] = [];
  for (const [index, token] of reading.tokens.entries()) {
    if (token.kind === "sign" && isOperator(reading.tokens, index)) operators.push(token.text);
    if (token.kind !== "code") continue;
    if (isMeasure(token.text)) continue;
    const words = quotedWords.exec(token.text)?.[2] ?? plainName.exec(token.text)?.[0];
    if (words === undefined) hard.push(hardForm(token));
    else soft.push(runs(words).join(" "));
  }
  return { hard, soft, operators };
});

function hardForm({ text, lower }: Token): string {
  const form = caseFree.test(text) ? text.toLowerCase() : lower;
  return /^["']/.test(form) ? form.replace(/\s+/g, " ") : form.replace(sentenceEnd, "");
}

/** Punctuation that closes the sentence, not the path before it. */
const sentenceEnd = /[?.!,;]+$/;
const quotedWords = /^(["'])([\p{L}\p{N}\s,.!?;'-]+)\1$/u;
/** Of letters, digits, points and hyphens: `iPhone15`, `myValue`, `AB-1234`, `setup.exe`, two sentences without a space. */
const plainName = /^[\p{L}\p{N}]+(?:[.-][\p{L}\p{N}]+)*$/u;
/** Addresses, of mail and of sites, say the same in any case. */
const caseFree =
  /^[\w.+-]+@[\w.-]+$|^(?:www\.)?[a-z0-9-]+\.(?:com|org|net|io|dev|gov|edu|ai|app|co|uk|de|fr|info|me|tv)$/i;
/** `15k`, `3weeks`, `rs1000`: for the guard of numbers. */
function isMeasure(text: string): boolean {
  const found = measure.exec(text);
  if (found === null) return false;
  const unit = found[1]?.toLowerCase();
  return unit === undefined || unit === "k" || unitOf(unit, true) !== undefined;
}

const measure = /^(?:(?:rs|usd|eur|gbp|inr)\d+|\d+(?:\.\d+)?(\p{L}+))$/iu;

const alwaysOperators = /^[+=<>≤≥≠≈×÷±]+$|^[<>=!]=$|^(?:\|\|?|&&)$/;
const operatorsBetweenTerms = /^[-*/^%−&|]{1,2}$/;

function isOperator(tokens: readonly Token[], index: number): boolean {
  const { text } = tokens[index] as Token;
  if (alwaysOperators.test(text)) return true;
  return operatorsBetweenTerms.test(text) && isTerm(tokens[index - 1]) && isTerm(tokens[index + 1]);
}

function isTerm(token: Token | undefined): boolean {
  return token?.kind === "number" || token?.text.length === 1;
}

const runsOf = once((reading: Reading): { readonly text: string } => ({ text: ` ${runs(reading.text).join(" ")} ` }));

function runs(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}

function holdsAll(within: { readonly text: string }, items: readonly string[]): boolean {
  return items.every((item) => within.text.includes(` ${item} `));
}

/** `src/io` and `src/os`, `km/h` and `m/s`: both join words with a stroke, and not the same ones. */
function haveOtherSlashes(asked: Reading, found: Reading): boolean {
  const [one, other] = [slashesOf(asked), slashesOf(found)];
  return one.length > 0 && other.length > 0 && !areEqual(one, other);
}

const slashesOf = once(({ text }: Reading): readonly string[] => text.toLowerCase().match(slashed) ?? []);
const slashed = /(?<![\p{L}\p{N}])[\p{L}\p{N}_-]{1,40}(?:\/[\p{L}\p{N}_-]{1,40})+/gu;

/** Other code in the midst of the sentence; or another command of the same program, each named on one side only. */
function haveOtherSpans(asked: Reading, found: Reading): boolean {
  const ofAsked = codeSpansOf(asked);
  const ofFound = codeSpansOf(found);
  if (!areEqual(ofAsked.exact, ofFound.exact)) return true;
  return ofAsked.commands.some((command) =>
    ofFound.commands.some((other) => isOtherCommand(command, other, asked, found)),
  );
}

/** The first words in which two commands of one program differ are each named on one side only. */
function isOtherCommand(one: readonly string[], other: readonly string[], asked: Reading, found: Reading): boolean {
  if (one[0] !== other[0]) return false;
  const at = one.findIndex((word, index) => word !== other[index]);
  const [ofOne, ofOther] = [one[at], other[at]];
  if (ofOne === undefined || ofOther === undefined) return false;
  return !runsOf(found).text.includes(` ${ofOne} `) && !runsOf(asked).text.includes(` ${ofOther} `);
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((item, index) => item === others[index]);
}
