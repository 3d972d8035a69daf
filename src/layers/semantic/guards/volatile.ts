import type { Reading } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { withoutLastingIdioms } from "./lasting-idioms.ts";
import { once } from "./once.ts";
import { isAskedAnew } from "./own-moments.ts";
import { type QuestionFrame, questionFrames } from "./question-frame.ts";
import { computing } from "./relation-differences.ts";
import {
  climate,
  current,
  forecastWords,
  moments,
  ownRecords,
  physicalCurrent,
  pointers,
  quotes,
  spans,
  stateWords,
  traded,
  webTraffic,
} from "./volatile-words.ts";

/**
 * Vetoes, even for equal texts, where the answer depends on the moment or on the asker's own records: today's news, the
 * weather, a price of the market, "where is my order". The layer asks `isVolatile` too, so that such answers are not
 * recorded. Words that also have a lasting meaning ("electric current", "weather" as a subject) are read with their
 * neighbours.
 */
export const volatile: Guard = {
  name: "volatile",
  vetoes({ asked, found }) {
    return isVolatile(asked) || isVolatile(found);
  },
};

/** Whether an answer to `reading` is out of date soon, or right for one asker alone. */
export function isVolatile(reading: Reading): boolean {
  return verdictOf(reading).isVolatile;
}

const verdictOf = once((reading: Reading) => {
  const frames = questionFrames(reading);
  return { isVolatile: frames.some((frame) => isOfTheMoment(frame) && !isToldOfAsker(frame, frames)) };
});

function isOfTheMoment(frame: QuestionFrame): boolean {
  const sentence = withoutLastingIdioms(` ${frame.sentence.words.join(" ")} `);
  const words = sentence.trim().split(" ");
  const isRelative = frame.type === "how" || frame.type === "why";
  const isWay = frame.type === "how" && waysOf.test(sentence);
  return (
    (!(isWay && words.some((word) => computing.has(word))) &&
      words.some((_, index) => pointsAtNow(words, index, isWay))) ||
    phrases.some((phrase) => phrase.test(sentence)) ||
    (frame.type !== "how" && isAskedAnew(sentence)) ||
    asksForTraffic(words) ||
    asksForWeather(words, frame.type) ||
    (!isRelative && (asksForOwnRecord(words, frame.type) || asksForQuote(words)))
  );
}

/** `I recently moved. How do I ...`: what is told of the asker holds for all who tell the same. */
function isToldOfAsker(frame: QuestionFrame, frames: readonly QuestionFrame[]): boolean {
  const { words } = frame.sentence;
  if (frame.type !== "statement" && frame.type !== "none") return false;
  if (!/^(?:i|we)$/.test(words[0] ?? "") || frames.every(({ type }) => type === "statement" || type === "none"))
    return false;
  return words.every(
    (word, index) => /^(?:now|recently|currently|lately)$/.test(word) || !pointsAtNow(words, index, false),
  );
}

/** What is done the same way at any time: `how do I install the latest version`. */
const waysOf = / how (?:do|can|could|should|would|to|does) (?:i|you|we|one|\w+) /;
const ofTheNewest: ReadonlySet<string> = new Set("latest newest recent recently current upcoming".split(" "));

function pointsAtNow(words: readonly string[], index: number, isWay: boolean): boolean {
  const word = words[index] ?? "";
  if (isWay && ofTheNewest.has(word)) return false;
  const next = words[index + 1] ?? "";
  if (moments.has(word)) return !(word === "now" && next === "that");
  if (word === "ago") return true;
  if (current.has(word)) return !words.some((other) => physicalCurrent.has(other));
  // "Last day of the term", "the last minute", "next day delivery": no pointing.
  return pointers.has(word) && spans.has(next) && !(word !== "this" && words[index + 2] === "of");
}

const phrases: readonly RegExp[] = [
  / (?:right|as of|just|until|by|for) now /,
  / at the moment | these days | up to date | near me | nearby | around here | in stock | still (?:open|available|alive) /,
  / what (?:time|day|date) is it | what is the (?:time|date) (?:$|in|at|here) ?| (?:what|which) day is /,
  / breaking news | news (?:about|on|from|of) | (?:the|any|some|latest|top|today|world|local) news | headlines /,
  / who (?:is )?(?:winning|playing|won the (?:game|match|race)) | score of the | the (?:game|match) score /,
  / (?:game|match|live|final|cricket|football|soccer|nba|nfl) scores? /,
  /^ (?:is|are) .{1,60} (?:open|closed|down|delayed|cancelled|canceled|sold out) $/,
  / exchange rate | stock market | on tv /,
  / live (?:scores?|streams?|updates?|news|match|results?|traffic|prices?) /,
  / how (?:is|are) (?:the )?(?:traffic|market|stocks|roads) | next (?:train|bus|flight|game|match|episode|election|meeting) /,
];

/** "Where do I find my invoices" asks for a place in the program, which is the same for everybody. */
const wayTo = /^where (?:do|can|could|should|would) (?:i|we|you) (?:find|see|view|download|change|enter)\b/;

/** "Where is my order", "has my flight left"; not "how do I pay my bill", which is the same for everybody. */
function asksForOwnRecord(words: readonly string[], type: string): boolean {
  if (wayTo.test(words.join(" "))) return false;
  return words.some((word, index) => {
    if (word !== "my" && word !== "our") return false;
    if (![1, 2, 3].some((step) => ownRecords.has(words[index + step] ?? ""))) return false;
    return (type === "whether" && index === 1) || words.some((other) => stateWords.has(other));
  });
}

function asksForTraffic(words: readonly string[]): boolean {
  const next = words[words.indexOf("traffic") + 1] ?? "";
  if (!words.includes("traffic") || words.some((word) => webTraffic.has(word))) return false;
  return /^(?:in|on|from|like|report|jams?|updates?)$/.test(next) && words[0] !== "how";
}

function asksForWeather(words: readonly string[], type: string): boolean {
  if (words.some((word) => climate.has(word))) return false;
  const sentence = ` ${words.join(" ")} `;
  if (/ (?:is it|will it|going to|does it) (?:be )?(?:rain|raining|snow|snowing|hot|cold|sunny) /.test(sentence))
    return true;
  if (/ temperature (?:right )?(?:outside|now|here) | weather forecast /.test(sentence)) return true;
  const at = words.indexOf("weather");
  if (at < 0 || type === "why") return false;
  const isShort = words.length <= 4 && (type === "none" || words[at - 1] === "the");
  return isShort || (type !== "how" && forecastWords.has(words[at + 1] ?? ""));
}

function asksForQuote(words: readonly string[]): boolean {
  return words.some(
    (word, index) =>
      quotes.has(word) && words.slice(Math.max(0, index - 2), index + 5).some((other) => traded.has(other)),
  );
}
