/**
 * Numbers as people write them: groups of digits with at most a few separators between them. A run is cut into its groups
 * once, and those who look for numbers look at windows of neighbouring groups, each with a shape such as `3-2-4`, which
 * is the lengths of the groups and what stands between them. That makes a table of shapes enough to find the numbers
 * that a window could be. Both the groups of a run and the digits of a window are bounded, so the time is linear in the text.
 */

export interface Group {
  readonly start: number;
  readonly end: number;
  /** Also of digits that are set off one by one. */
  readonly digits: string;
}

export interface Run {
  readonly text: string;
  readonly groups: readonly Group[];
  /** `separators[i]` stands between the groups `i` and `i + 1`. */
  readonly separators: readonly string[];
  /** `+` or `(` where the first group follows one. */
  readonly opening: string;
}

/** Some neighbouring groups of a run. */
export interface NumberWindow {
  readonly run: Run;
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** Such as `3-2-4`; a closing parenthesis, with what is around it, is `)`. */
  readonly shape: string;
}

const mostDigits = 19;
/** Of one window. */
const mostGroups = 8;
/** Digits of one run; the rest is a run of its own. */
const longestRun = 120;
/** The least that anybody looks for. */
const leastDigits = 7;

const runs = new RegExp(`\\d(?:[ .\\-/()]{0,3}\\d){${leastDigits - 1},${longestRun - 1}}`, "g");
/** One digit at a time, as some hide numbers or read them out, or a group. */
const groups = /\d(?:([ .-])\d)(?:\1\d){5,}(?!\d)|\d+/g;

export function eachRun(text: string, visit: (run: Run) => void): void {
  for (const match of text.matchAll(runs)) {
    const found: Group[] = [];
    const separators: string[] = [];
    let before = 0;
    for (const group of match[0].matchAll(groups)) {
      if (found.length > 0) separators.push(separatorOf(match[0].slice(before, group.index)));
      before = group.index + group[0].length;
      const digits = group[1] === undefined ? group[0] : group[0].replaceAll(group[1], "");
      found.push({ start: match.index + group.index, end: match.index + before, digits });
    }
    visit({ text, groups: found, separators, opening: openingOf(text, match.index) });
  }
}

/** Every window of a run that begins and ends where a number may, the longest of each beginning first. */
export function eachWindow(run: Run, visit: (window: NumberWindow) => void): void {
  // Behind letters all of it belongs to what they began.
  if (!mayBegin(run, 0)) return;
  for (let first = 0; first < run.groups.length; first++) {
    if (first > 0 && !mayBegin(run, first)) continue;
    for (const window of windowsFrom(run, first).reverse()) visit(window);
  }
}

function windowsFrom(run: Run, first: number): NumberWindow[] {
  const { groups, separators } = run;
  const { start } = groups[first] as Group;
  const windows: NumberWindow[] = [];
  let digits = "";
  let shape = "";
  for (let last = first; last < Math.min(groups.length, first + mostGroups); last++) {
    const group = groups[last] as Group;
    digits += group.digits;
    if (digits.length > mostDigits) break;
    shape += (last === first ? "" : (separators[last - 1] as string)) + group.digits.length;
    if (digits.length >= leastDigits && mayEnd(run, last))
      windows.push({ run, first, last, start, end: group.end, digits, shape });
  }
  return windows;
}

/** What stands between two groups is told by its strongest character: `) ` is `)`, ` - ` is `-`. */
function separatorOf(between: string): string {
  for (const strong of [")", "(", "/", "-", "."]) if (between.includes(strong)) return strong;
  return " ";
}

function openingOf(text: string, at: number): string {
  const before = text[at - 1];
  if (before === "(") return text[at - 2] === "+" ? "+" : "(";
  return before === "+" ? "+" : "";
}

/** A number stands by itself: behind a letter, or as the tail of an identifier or a path, it is something else. */
function mayBegin(run: Run, first: number): boolean {
  if (first > 0) return run.separators[first - 1] === " ";
  const { start } = run.groups[0] as Group;
  const before = run.text.charCodeAt(start - 1);
  if (isWordCode(before)) return false;
  return !(isJoint(before) && isWordCode(run.text.charCodeAt(start - 2)));
}

function mayEnd(run: Run, last: number): boolean {
  if (last < run.groups.length - 1) return run.separators[last] === " " || run.separators[last] === "/";
  const { end } = run.groups[last] as Group;
  const after = run.text.charCodeAt(end);
  if (isWordCode(after) || after === 0x25 || after === 0x40) return false;
  return !(isJoint(after) && isWordCode(run.text.charCodeAt(end + 1)));
}

/** Letters, also those beyond ASCII, digits and the underscore. */
export function isWordCode(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    (code >= 0xc0 && code < 0x2000)
  );
}

/** What identifiers, dates and paths are joined by: - . / _ : */
function isJoint(code: number): boolean {
  return code === 0x2d || code === 0x2e || code === 0x2f || code === 0x5f;
}
