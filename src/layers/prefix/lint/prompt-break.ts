import { type TextBreak, type TextCause, textBreak } from "./break-cause.ts";
import type { SeenSection } from "./seen-section.ts";

/**
 * Whether two prompts should have shared more than they do, and what keeps them from it. That prompts part is no fault:
 * each conversation goes its own way. It is one where what follows is the same again: behind a system prompt or a tool for
 * long enough to be worth a cache, behind a message where the rest of the earlier conversation came again as well and
 * only the form of that message is another.
 */

export type BreakCause =
  | TextCause
  /** The same tools in another order, or some of them there only now and then. */
  | "tool-order"
  | "tool-set"
  /** Messages were left out at the beginning of the conversation. */
  | "history";

export interface PromptBreak {
  readonly cause: BreakCause;
  /** The section in which they part. */
  readonly index: number;
  /** UTF-16 units of that section that are equal. */
  readonly offset: number;
  /** UTF-16 units that are the same again, and are computed anew. */
  readonly lost: number;
  readonly before: string;
  readonly after: string;
  /** See `TextBreak`. */
  readonly dates?: readonly [string, string];
}

export interface ComparedPrompt {
  readonly places: readonly string[];
  readonly sections: readonly SeenSection[];
}

/** Less is not worth a word: about 256 tokens. */
const leastLost = 1_024;
/** Of what follows in a section, the part that must be the same again. */
const leastShare = { head: 0.5, message: 0.7 };
/** Of the later messages of the earlier prompt, the part that must have come again. */
const leastOfLater = 0.5;

/** `earlier` and `later` have `shared` leading sections in common. */
export function promptBreak(earlier: ComparedPrompt, later: ComparedPrompt, shared: number): PromptBreak | undefined {
  const [theirs, ours] = [earlier.sections[shared], later.sections[shared]];
  // One is the beginning of the other.
  if (theirs === undefined || ours === undefined) return undefined;
  const found = toolBreak(earlier, later, shared) ?? historyBreak(earlier, later, shared);
  if (found !== undefined) return found.lost >= leastLost ? found : undefined;
  const text = textBreak(theirs.text, ours.text, ours.isRedacted || theirs.isRedacted);
  const again = againBehind(earlier, later, shared);
  const isHead = isHeadAt(earlier, shared) && isHeadAt(later, shared);
  if (!isFault(text, again, { isHead, rest: ours.text.length - text.offset })) return undefined;
  // Of texts in which space or order differs everywhere nothing long is equal.
  const isSame = ours.signature === theirs.signature && !ours.isRedacted;
  const inside = isSame ? ours.text.length - text.offset : text.rejoined;
  const lost = inside + again.length;
  return lost < leastLost ? undefined : { ...text, index: shared, lost };
}

interface Again {
  /** UTF-16 units of later sections of the new prompt that the earlier one has, too. */
  readonly length: number;
  /** Of the earlier one's later sections, the part that came again; `undefined` where it has none. */
  readonly share: number | undefined;
}

interface Placed {
  readonly isHead: boolean;
  /** UTF-16 units of the section behind the place where they part. */
  readonly rest: number;
}

const formal: ReadonlySet<TextCause> = new Set(["date", "id", "number", "whitespace", "key-order", "order"]);

function isFault({ cause, rejoined }: TextBreak, again: Again, { isHead, rest }: Placed): boolean {
  const laterComesAgain = again.share !== undefined && again.share >= leastOfLater;
  if (isHead) {
    if (formal.has(cause) || cause === "redacted") return true;
    return rejoined >= leastShare.head * rest || (laterComesAgain && again.length >= leastLost);
  }
  if (laterComesAgain) return formal.has(cause) || cause === "redacted";
  // A prompt of one message, with a template in it.
  return again.share === undefined && cause !== "redacted" && rejoined >= leastShare.message * rest;
}

function againBehind(earlier: ComparedPrompt, later: ComparedPrompt, shared: number): Again {
  const [theirs, ours] = [earlier.sections.slice(shared + 1), later.sections.slice(shared + 1)];
  const [known, come] = [signaturesOf(theirs), signaturesOf(ours)];
  const length = lengthOf(ours.filter(({ signature }) => known.has(signature)));
  const whole = lengthOf(theirs);
  if (whole === 0) return { length, share: undefined };
  return { length, share: lengthOf(theirs.filter(({ signature }) => come.has(signature))) / whole };
}

function toolBreak(earlier: ComparedPrompt, later: ComparedPrompt, shared: number): PromptBreak | undefined {
  const [theirs, ours] = [toolsOf(earlier), toolsOf(later)];
  if (shared >= theirs.length && shared >= ours.length) return undefined;
  const known = signaturesOf(theirs);
  const isSameSet = theirs.length === ours.length && ours.every(({ signature }) => known.has(signature));
  const [left, right] = [theirs[shared], ours[shared]];
  // The same tool in another form is told by its text.
  if (isSameSet && left?.signature === right?.signature) return undefined;
  if (!isSameSet && left !== undefined && right !== undefined && nameOf(left) === nameOf(right)) return undefined;
  const all = signaturesOf(earlier.sections);
  const again = later.sections.slice(shared).filter(({ signature }) => all.has(signature));
  const head = later.sections.filter((_, index) => index >= shared && isHeadAt(later, index));
  // Other programs may have some of the same tools.
  const isOther = !isSameSet && lengthOf(again) < leastShare.head * lengthOf(head);
  return {
    ...{ cause: isSameSet ? "tool-order" : "tool-set", index: shared, offset: 0, lost: isOther ? 0 : lengthOf(again) },
    ...{ before: nameOf(left), after: nameOf(right) },
  };
}

function nameOf(tool: SeenSection | undefined): string {
  return tool === undefined ? "(none)" : (/"name":"([^"]{1,64})"/.exec(tool.text)?.[1] ?? tool.text.slice(0, 64));
}

function toolsOf({ places, sections }: ComparedPrompt): readonly SeenSection[] {
  return sections.filter((_, index) => places[index]?.startsWith("tools") === true);
}

/**
 * The first message of the new prompt was a later one before, and what follows it there follows it here. Where what it
 * stands in place of comes later, too, messages were put into another order.
 */
function historyBreak(earlier: ComparedPrompt, later: ComparedPrompt, shared: number): PromptBreak | undefined {
  if (isHeadAt(earlier, shared) || isHeadAt(later, shared)) return undefined;
  const start = earlier.sections.indexOf(later.sections[shared] as SeenSection, shared + 1);
  if (start < 0) return undefined;
  const isMoved = later.sections.includes(earlier.sections[shared] as SeenSection, shared + 1);
  const kept = earlier.sections.slice(isMoved ? shared : start);
  const come = new Set(later.sections.slice(shared));
  const again = kept.filter((section, index) =>
    isMoved ? come.has(section) : later.sections[shared + index] === section,
  );
  if (lengthOf(again) < leastOfLater * lengthOf(kept)) return undefined;
  const found = { index: shared, offset: 0, lost: lengthOf(again) };
  const before = `${start - shared} more before it`;
  return isMoved
    ? { ...found, cause: "order", before: "", after: "" }
    : { ...found, cause: "history", before, after: "(left out)" };
}

/** Whether it is what stands before every conversation: tools, system prompt. */
export function isHeadAt({ places, sections }: ComparedPrompt, index: number): boolean {
  const place = places[index] ?? "";
  if (/^(?:tools|system|instructions)/.test(place)) return true;
  return /"role":"(?:system|developer)"/.test(sections[index]?.text ?? "");
}

function signaturesOf(sections: readonly SeenSection[]): ReadonlySet<number> {
  return new Set(sections.map(({ signature }) => signature));
}

function lengthOf(sections: readonly SeenSection[]): number {
  return sections.reduce((sum, { length }) => sum + length, 0);
}
