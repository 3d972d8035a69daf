import type { Reading, Token } from "../reading/reading.ts";
import { languageNames } from "./language-names.ts";
import { once } from "./once.ts";
import { requestOf } from "./request-start.ts";

/**
 * Tasks that do something to a text they bring along: translate, summarise, rewrite, classify. A word more or less in
 * that text makes another answer, so it has to be the same word by word, grammar words too.
 */
export interface Payload {
  /** The words of the payload, in lower case; empty where the text brings none. */
  readonly words: string;
}

const tasks = new Set(
  (
    "translate transliterate summarize summarise rewrite rephrase reword paraphrase proofread classify categorize categorise " +
    "shorten condense transcribe redact anonymize anonymise decode decipher conjugate pronounce punctuate capitalize capitalise"
  ).split(" "),
);
const asksToSay =
  /^how (?:do|would|can|to|should)(?: you| i| we| one)? (?:say|spell|pronounce) |^what is the (?:sentiment|translation) of /;
/** Words of an instruction that announce what follows its colon. */
const announces =
  /\b(?:following|below|this|these|text|sentence|paragraph|passage|article|email|message|review|code|list|data|table|transcript|document|input|question|words?)\b[^:\n]{0,40}$/i;

export const payloadOf = once((reading: Reading): Payload => {
  const { tokens } = reading;
  const { start, end } = requestOf(reading);
  if (tasks.has(tokens[start]?.spelled ?? "")) return { words: wordsBetween(reading, start + 1, end) };
  const inWords = tokens
    .slice(start, end)
    .map((token) => token.lower)
    .join(" ");
  const opening = asksToSay.exec(inWords)?.[0];
  if (opening !== undefined) return { words: wordsBetween(reading, start + opening.trim().split(" ").length, end) };
  const at = brought(reading.text, tokens[start]?.at ?? 0);
  if (at === undefined) return { words: "" };
  const first = tokens.findIndex((token) => token.at >= at.from);
  const isShort = first < 0 || end - first < (at.isAnnounced ? 1 : shortestBlock);
  return { words: isShort ? "" : wordsBetween(reading, first, end) };
});

/** Where the text that an instruction brings along begins: behind its colon, or below its first lines. */
function brought(text: string, from: number): { readonly from: number; readonly isAnnounced: boolean } | undefined {
  const colon = from + text.slice(from).search(/:(?=\s)/);
  if (colon >= from) {
    const isBelow = /^:[ \t]*\n/.test(text.slice(colon, colon + 80));
    if (isBelow || announces.test(text.slice(Math.max(from, colon - 120), colon)))
      return { from: colon + 1, isAnnounced: true };
  }
  const blank = /\n[ \t]*\n/.exec(text);
  return blank === null ? undefined : { from: blank.index, isAnnounced: false };
}

/** In tokens: what stands below a blank line and is shorter belongs to the question. */
const shortestBlock = 40;

function wordsBetween(reading: Reading, start: number, end: number): string {
  return reading.tokens
    .slice(start, isManners(reading, end - 1) ? end - 1 : end)
    .map((token) => wordOf(token))
    .join(" ");
}

/** `…, please`: behind a comma or the name of a language it is none of the words to work on. */
function isManners({ text, tokens }: Reading, at: number): boolean {
  const before = tokens[at - 1];
  const last = tokens[at];
  if (before === undefined || last === undefined || !manners.has(last.lower)) return false;
  return languageNames.has(before.spelled) || /[^\s]/.test(text.slice(before.at + before.text.length, last.at));
}

const manners = new Set(["please", "pls", "thanks"]);

/** The word, with or without quotes around it; a whole number in digits; and `to` for `into`. */
function wordOf({ kind, lower, lemma }: Token): string {
  if (kind === "number") return /^\d+$/.test(lemma) ? lemma : lower;
  if (kind === "code") return prose.test(lower) ? lower.replace(quotes, "").replace(/\s+/g, " ").toLowerCase() : lower;
  return lower === "into" ? "to" : lower;
}

/** What was taken for code by its quotes or its capitals alone. */
const prose = /^["'].*["']$|^[\p{L}\p{N}.-]+$/u;
const quotes = /^["']\s*|\s*["']$/g;
