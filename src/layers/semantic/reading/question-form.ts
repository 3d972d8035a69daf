/**
 * Ways to ask that never differ in what they ask for, brought to one: how something is done, what a word means, what
 * something costs, and the order of words of a question that is told of (`what the time is`).
 */
export function questionForm(words: readonly string[], isTold: boolean): readonly string[] {
  const ordered = isTold ? asked(words) : words;
  const [first, second] = ordered;
  const way = waysThere.find((parts) => parts.every((part, index) => ordered[index] === part));
  if (way !== undefined) return ["how", "to", ...ordered.slice(way.length)];
  if (first === "help" && second === "me" && ordered[2] === "understand") return ["explain", ...ordered.slice(3)];
  if (first === "which" && second === "be") return ["what", ...ordered.slice(1)];
  if (first === "how") {
    const opening = howOpenings.find((parts) => parts.every((part, index) => ordered[index] === part));
    const verb = opening === undefined ? "" : (ordered[opening.length] ?? "");
    if (opening === undefined || (opening[2] !== undefined && asksOfOneself.has(verb))) return ordered;
    return ["how", "to", ...ordered.slice(opening.length)];
  }
  if (first !== "what") return ordered;
  const doing = doings.find((parts) => parts.every((part, index) => ordered[index] === part));
  if (doing !== undefined) return ["how", "to", ...ordered.slice(doing.length)];
  if (second === "do" && ordered.length > 3 && ordered.at(-1) === "mean") {
    return ["what", "be", "meaning", "of", ...ordered.slice(2, -1)];
  }
  if (second === "be" && ordered[2] === "way" && ordered[3] === "to") return ["how", "to", ...ordered.slice(4)];
  return ordered;
}

/** `is there a way to`, less its article. */
const waysThere = ["be there way to", "be there any way to", "be there ways to", "be there any ways to"].map(
  (opening) => opening.split(" "),
);

/** What is done to reach something is how it is reached. */
const doings = ["i", "you", "we", "one"].flatMap((who) =>
  ["steps do # take to", "do # have to do to", "do # need to do to", "can # do to", "must # do to"].map((form) =>
    `what ${form.replace("#", who)}`.split(" "),
  ),
);

const howOpenings = [
  "how do i",
  "how can i",
  "how do you",
  "how can you",
  "how do one",
  "how can one",
  "how do we",
  "how can we",
].map((opening) => opening.split(" "));

/** `how do I look` and `how do you store my data` ask of the one who does it, not how it is done. */
const asksOfOneself = new Set(
  (
    "feel look work do sound think like want see differ seem sleep rate know understand plan handle process store " +
    "protect charge collect keep offer support treat ensure guarantee verify decide determine hire select ship deliver"
  ).split(" "),
);

/** `what the time is` as `what is the time`; only where no other verb of the question can be meant. */
function asked(words: readonly string[]): readonly string[] {
  const [first = ""] = words;
  const last = words.at(-1) ?? "";
  if (first === "how" && anybody.has(words[1] ?? "") && !asksOfOneself.has(words[2] ?? "")) {
    if (words.length < 4 || verbs.has(words[3] ?? "")) return words;
    return ["how", "to", ...words.slice(words[2] === "can" || words[2] === "could" ? 3 : 2)];
  }
  if (first === "how" && last === "works" && words.length > 2 && !verbs.has(words[1] ?? "")) {
    return ["how", "do", ...words.slice(1, -1), "work"];
  }
  if (first === "what" && last === "do" && words.length > 2 && !verbs.has(words[1] ?? "")) {
    return [first, "do", ...words.slice(1)];
  }
  if (words.length < 3 || !movable.has(first) || !lastVerbs.has(last) || verbs.has(words[1] ?? "")) return words;
  return [first, last, ...words.slice(1, -1)];
}

const anybody = new Set("i you we one".split(" "));
const movable = new Set("what who where when".split(" "));
const lastVerbs = new Set("be was were".split(" "));
const verbs = new Set("be was were do did can could will would should may might must have has had".split(" "));
