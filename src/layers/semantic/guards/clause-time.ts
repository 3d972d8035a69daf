import type { Reading } from "../reading/reading.ts";
import { type QuestionFrame, questionFrames } from "./question-frame.ts";
import { formsOfBe, genericSubjects } from "./question-words.ts";
import { modals, tenses } from "./scope-words.ts";

/**
 * Whether the main questions of two texts, where they are of one kind, are about another time ("is", "was", "will be")
 * or ask with another firmness ("can", "should", "must"). Manners of speaking are let pass: "how can I" is "how do I".
 */
export function differsInTime(asked: Reading, found: Reading): boolean {
  const one = mainClause(asked);
  const other = mainClause(found);
  if (one === undefined || other === undefined || one.type !== other.type) return false;
  if (isPeriphrasis(one) || isPeriphrasis(other)) return false;
  if (isOfWhatWasNotDone(one) !== isOfWhatWasNotDone(other)) return true;
  return firmness(one) !== firmness(other) || isOtherTime(one, other) || isBeing(one) !== isBeing(other);
}

/** "Should I have paid" looks back, "should I pay" ahead; "should I have tea" is no such form. */
function isOfWhatWasNotDone({ auxiliary = "", at, sentence }: QuestionFrame): boolean {
  if (!modals.has(auxiliary) && auxiliary !== "would") return false;
  const from = sentence.words.indexOf(auxiliary, at);
  const clause = sentence.words.slice(from + 1, from + longestSubject + 1);
  const have = clause.indexOf("have");
  return have > 0 && participle.test(clause[have + 1] ?? "");
}

/** In words, with `have` and the participle. */
const longestSubject = 6;
const participle =
  /^(?:\w{2,}ed|\w{2,}[^aeiou]en|\w+own|been|gone|done|had|kept|left|sent|told|put|made|paid|said|met|got|lost|bought|brought|caught|thought|taught|sold|won|read|come|become|run|seen|taken|felt|held|built|spent)$/;

/** "How would you define it" for "what is it": the verb belongs to the manner of asking. */
function isPeriphrasis({ type, sentence, at }: QuestionFrame): boolean {
  const word = sentence.words[at];
  return (word === "how" && type === "what") || (word === "what" && type === "how");
}

function mainClause(reading: Reading): QuestionFrame | undefined {
  return questionFrames(reading).find((frame) => !["none", "order", "statement"].includes(frame.type));
}

/** "Is it okay to", "are they safe to" ask what "can I" asks. */
const permitted: ReadonlySet<string> = new Set(
  "ok okay fine alright safe possible allowed acceptable permitted".split(" "),
);

/** Asking how, or where one gets something, is the same with `do`, `can`, `could`, `should`, `would` and `to`. */
function firmness(frame: QuestionFrame): string {
  const { auxiliary = "", subject = "", type, sentence } = frame;
  const { words } = sentence;
  if (/^(?:have|need|has|got)$/.test(words[frame.at + 2] ?? "") && words[frame.at + 3] === "to") return "must";
  if (/^(?:required|obliged|supposed)$/.test(words[frame.at + 2] ?? "") && type === "whether") return "must";
  if (/^(?:allowed|permitted)$/.test(words[frame.at + 2] ?? "") && type === "whether") return "can";
  if (type === "whether" && formsOfBe.has(auxiliary) && words.some((word) => permitted.has(word))) return "can";
  const kind = modals.get(auxiliary.replace(/n't$/, "")) ?? "";
  const isOpen = type === "how" || (type === "where" && kind !== "should" && kind !== "must");
  if (isOpen && kind !== "must") return "";
  if (type === "what do" && /^(?:i|you|we|one|to)$/.test(subject)) return "";
  return kind;
}

function isOtherTime(one: QuestionFrame, other: QuestionFrame): boolean {
  const first = tenses.get(one.auxiliary ?? "");
  const second = tenses.get(other.auxiliary ?? "");
  const isPast = first === "past" || second === "past";
  if ((first === "perfect") !== (second === "perfect") && !isPast) return true;
  // "What happens if", "what will happen if", "what would happen if".
  const isSupposition = [one, other].every((each) => each.sentence.words.some((word) => word.startsWith("happen")));
  if (isSupposition && !isPast) return false;
  // "How did you find it", "how can I find it".
  if (first === "past" && isOpen(other)) return true;
  if (second === "past" && isOpen(one)) return true;
  if (first === undefined || second === undefined || first === second) return timesOfVerbs(one, other);
  // "How would I", "how do I".
  if (one.type === "how" && !isPast) return ![one, other].every(({ subject }) => genericSubjects.has(subject ?? ""));
  return true;
}

function isOpen({ auxiliary }: QuestionFrame): boolean {
  return auxiliary === "can" || auxiliary === "should" || auxiliary === "must" || auxiliary === "to";
}

/** Without an auxiliary on one side: "who leads" and "who will lead", "who owned" and "who owns". */
function timesOfVerbs(one: QuestionFrame, other: QuestionFrame): boolean {
  const first = verbTime(one);
  const second = verbTime(other);
  return first !== undefined && second !== undefined && first !== second;
}

function verbTime(frame: QuestionFrame): string | undefined {
  const auxiliary = frame.auxiliary ?? "";
  if (auxiliary === "will" || auxiliary === "shall") return "future";
  if (auxiliary !== "" || (frame.type !== "who" && frame.type !== "what")) return undefined;
  const verb = frame.sentence.words[frame.at + 1] ?? "";
  if (/[^e]ed$/.test(verb)) return "past";
  return /[^s]s$/.test(verb) ? "present" : undefined;
}

/** "How can I be", "how do I become" ask for another thing than "how do I find". */
function isBeing(frame: QuestionFrame): boolean {
  const { words } = frame.sentence;
  const subject = words.indexOf(frame.subject ?? "", frame.at);
  if (!genericSubjects.has(frame.subject ?? "") && frame.auxiliary !== "to") return false;
  const verb = words[frame.auxiliary === "to" ? subject : subject + 1] ?? "";
  return verb === "be" || verb === "become";
}
