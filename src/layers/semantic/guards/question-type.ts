import {
  auxiliaries,
  degrees,
  formsOfBe,
  genericSubjects,
  measures,
  nounLeaders,
  reasons,
  times,
  units,
  ways,
} from "./question-words.ts";

/** What kind of answer the question word at `at` asks for. */
export function interrogativeType(words: readonly string[], at: number): string {
  const word = words[at] ?? "";
  const rest = words.slice(at + 1);
  switch (word) {
    case "how":
      return howType(rest);
    case "what":
    case "which":
      return whatType(words, at, rest);
    case "who":
    case "whom":
      // "Who was it written for" is not "who wrote it".
      return `who ${[rest.at(-1), words[at - 1]].find((each) => governing.test(each ?? "")) ?? ""}`.trim();
    default:
      return word;
  }
}

const governing = /^(?:for|to|with|from|about)$/;

function howType(rest: readonly string[]): string {
  const next = rest[0] ?? "";
  if (next === "come") return "why";
  if (next === "about") return "none";
  const degree = degrees.get(next) ?? (isDegree(rest) ? next : undefined);
  if (degree === "much" && rest[1] === "time") return "how long";
  // "How many minutes does it take", "how long does it take".
  if (degree === "many" && units.has(rest[1] ?? "") && rest.includes("take")) return "how long";
  if (degree !== undefined) return `how ${degree}`;
  // "How is life there", "how is it to work there": asks for an opinion, not for a way.
  if (formsOfBe.has(next) && (rest[1] === "it" || rest[1] === "life") && rest.length > 2) return "how like";
  // "How does a pump work", "how do I pump".
  const subject = /^(?:do|does|did)$/.test(next) ? rest[1] : next;
  if (/^works?$/.test(rest.at(-1) ?? "") && subject !== "to" && !genericSubjects.has(subject ?? "")) return "how work";
  // "How does a virus differ from", "how would you define".
  if (/^(?:differ|differs|different)$/.test(rest.find((word) => word.startsWith("differ")) ?? ""))
    return "what difference";
  return /^(?:define|describe)$/.test(rest[2] ?? "") ? "what" : "how";
}

/** "How great are you": an adjective that is in no table. */
function isDegree([next = "", second = ""]: readonly string[]): boolean {
  return formsOfBe.has(second) && !auxiliaries.has(next) && next !== "to" && !next.endsWith("s");
}

function whatType(words: readonly string[], at: number, rest: readonly string[]): string {
  const next = rest[0] ?? "";
  if (times.has(next) && words[at + 2] !== "zone" && words[at + 2] !== "signature") return "when";
  if (next === "number" && rest[1] === "of") return "how many";
  if (next === "age" && words[at - 1] === "at") return "how old";
  if (next === "reason" || next === "reasons") return "why";
  if (next === "causes" || next === "caused" || next === "makes" || next === "made") return "why";
  if (next === "person" || next === "people") return "who";
  if (isDoing(rest) || areStepsTaken(rest)) return "how";
  if (isComparison(rest)) return "comparison";
  // "Tell me what a notary does".
  if (!auxiliaries.has(next) && /^(?:do|does)$/.test(rest.at(-1) ?? "") && rest.length > 1) return "what do";
  if (!formsOfBe.has(next) && !auxiliaries.has(next)) return "what";
  const noun = headNoun(rest);
  const after = rest.slice(rest.indexOf(noun) + 1);
  if (ways.has(noun) && ["to", "of", "for", "in", "i", "you", "we"].includes(after[0] ?? "")) return "how";
  if (noun === "process" && (/^(?:to|for)$/.test(after[0] ?? "") || (after[0] === "of" && isGerund(after[1]))))
    return "how";
  const measure = measures.get(noun);
  if (measure !== undefined && after[0] === "of") return `how ${measure}`;
  if (reasons.has(noun)) return "why";
  if (noun === "difference" || noun === "differences") return "what difference";
  if (noun === "location" && after[0] === "of") return "where";
  if (!formsOfBe.has(next) && rest.includes("cost")) return "how much";
  return `what${aspectOf(rest)}`;
}

/**
 * What of the thing is asked for where the verb says so: what it is like, what it looks like, what it does, what it is
 * for. "What is it" and "what does it mean" are one.
 */
function aspectOf(rest: readonly string[]): string {
  const end = rest.at(-1) === "exactly" ? rest.length - 1 : rest.length;
  const last = rest[end - 1] ?? "";
  const feels = rest.findIndex((word, index) => word === "like" && /^(?:it|feel)$/.test(rest[index - 1] ?? ""));
  if (feels >= 0) return " like";
  if (last === "like")
    return /^(?:look|looks|sound|taste|smell)$/.test(rest[end - 2] ?? "") ? ` ${rest[end - 2]} like` : " like";
  if (last === "do" || last === "does" || (rest[2] === "do" && genericSubjects.has(rest[1] ?? ""))) return " do";
  return last === "for" || last === "about" ? ` ${last}` : "";
}

/** "What can I do to ...", "what do I need to do to ...": asks how. */
function isDoing(rest: readonly string[]): boolean {
  if (!auxiliaries.has(rest[0] ?? "") || !genericSubjects.has(rest[1] ?? "")) return false;
  const verb = /^(?:need|have)$/.test(rest[2] ?? "") && rest[3] === "to" ? 4 : 2;
  return rest[verb] === "do" && rest.includes("to", verb + 1);
}

/** "What steps do I take to ...". */
function areStepsTaken(rest: readonly string[]): boolean {
  return ways.has(rest[0] ?? "") && auxiliaries.has(rest[1] ?? "") && genericSubjects.has(rest[2] ?? "");
}

function isGerund(word = ""): boolean {
  return word.length > 5 && word.endsWith("ing");
}

/** "Is there a way to ...", "are there any tricks to ...": asks how. */
export function asksForWay(words: readonly string[], at: number): boolean {
  if (!/^(?:is|are)$/.test(words[at] ?? "") || words[at + 1] !== "there") return false;
  const noun = words.findIndex((word, index) => index > at + 1 && !nounLeaders.has(word));
  return ways.has(words[noun] ?? "") && words[noun + 1] === "to";
}

function headNoun(rest: readonly string[]): string {
  let index = 1;
  while (index < rest.length && nounLeaders.has(rest[index] ?? "")) index++;
  return rest[index] ?? "";
}

const comparatives = /^(?:better|worse|more|less|[a-z]{2,}er)$/;
const noComparatives: ReadonlySet<string> = new Set(
  "other another either neither whether over under after never ever her number water paper power".split(" "),
);

export function isComparative(word: string): boolean {
  return comparatives.test(word) && !noComparatives.has(word);
}

/** "Which is cheaper, A or B". */
function isComparison(rest: readonly string[]): boolean {
  return formsOfBe.has(rest[0] ?? "") && isComparative(rest[1] ?? "") && rest.includes("or");
}

/** A question that an auxiliary opens: of yes or no, or between two things. */
export function closedType(words: readonly string[], at: number): string {
  const than = words.indexOf("than", at);
  if (than > 0 && formsOfBe.has(words[at] ?? "") && words.slice(at, than).some(isComparative)) return "comparison";
  const or = words.indexOf("or", at);
  if (or < 0 || words[or + 1] === "not" || words[or + 1] === undefined) return "whether";
  if (formsOfBe.has(words[at] ?? "") && words.slice(at).some(isComparative)) return "comparison";
  return "choice";
}
