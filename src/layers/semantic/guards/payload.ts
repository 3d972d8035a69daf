import { withoutPoliteness } from "../reading/politeness.ts";
import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";

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
/** What may stand before the verb of a task. */
const lead = new Set(
  "i need want you to help me would like us can could please my task is now then also try".split(" "),
);
const says =
  /^(?:how (?:do|would|can|to|should)(?: you| i| we| one)? (?:say|spell|write|pronounce)|what is the (?:sentiment|tone|language|translation) of|what does) (?=.* (?:in|mean|sentence|text|review|word)\b)/;
/** Words of an instruction that announce what follows its colon. */
const announces =
  /\b(?:following|below|this|these|text|sentence|paragraph|passage|article|email|message|review|code|list|data|table|transcript|document|input|question|words?)\b[^:\n]{0,40}$/i;

export const payloadOf = once((reading: Reading): Payload => {
  const { tokens } = reading;
  const [start, end] = withoutPoliteness(tokens.map((token) => token.spelled));
  for (let index = start; index < Math.min(end, start + 8); index++) {
    const { spelled } = tokens[index] ?? { spelled: "" };
    if (tasks.has(spelled)) return { words: wordsBetween(reading, index + 1, end) };
    if (!lead.has(spelled)) break;
  }
  const inWords = tokens
    .slice(start, end)
    .map((token) => token.lower)
    .join(" ");
  const asksToSay = says.exec(inWords)?.[0];
  if (asksToSay !== undefined && !asksToSay.startsWith("what does")) return { words: inWords.slice(asksToSay.length) };
  const at = brought(reading.text);
  if (at === undefined) return { words: "" };
  const first = tokens.findIndex((token) => token.at >= at);
  return { words: first < 0 ? "" : wordsBetween(reading, first, Math.max(end, first)) };
});

/** Where the text that an instruction brings along begins: behind its colon, or below its first lines. */
function brought(text: string): number | undefined {
  const colon = /:(?=\s)/.exec(text);
  if (colon !== null) {
    const isBelow = /^:[ \t]*\n/.test(text.slice(colon.index, colon.index + 80));
    if (isBelow || announces.test(text.slice(Math.max(0, colon.index - 120), colon.index))) return colon.index + 1;
  }
  const blank = /\n[ \t]*\n/.exec(text);
  return blank === null || text.length - blank.index < shortestBlock ? undefined : blank.index;
}

const shortestBlock = 200;

function wordsBetween(reading: Reading, start: number, end: number): string {
  return reading.tokens
    .slice(start, end)
    .map((token) => (token.lower === "into" ? "to" : token.lower))
    .join(" ");
}
