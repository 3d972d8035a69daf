import type { Steps } from "../../../core/steps.ts";
import { type TextCause, textBreak } from "../lint/break-cause.ts";
import { quoted } from "../lint/quoted-text.ts";
import { isDayOnly, remedies, remedyFor } from "../lint/remedies.ts";
import { commonStart } from "../lint/text-alignment.ts";
import { isLive, type PromptBook } from "./prompt-book.ts";
import { promptId } from "./prompt-matcher.ts";
import type { RegisteredPrompt } from "./registered-prompt.ts";
import { type HintCause, hintsIn } from "./text-hints.ts";
import { resemblance, sketchOf, type TextSketch } from "./text-sketch.ts";

/**
 * What the lint of prompts has to say of registered ones: two that are nearly one and should be merged, versions that
 * differ only in what does not belong into a prompt, and what in a single text will not stay as it is. A text is compared
 * with those few only that are about as long and have most words in common with it, by a sketch of each. What was found of
 * texts is remembered as long as they are, and it is done in steps, for it may take seconds.
 */

export interface PromptFinding {
  readonly kind: "near-duplicate" | "version" | "text";
  /** One, or the two that are compared; see `promptId`. */
  readonly prompts: readonly string[];
  readonly cause: TextCause | HintCause | "equal";
  /** The first byte of UTF-8 that differs, or that is meant; of the first prompt. */
  readonly byte: number;
  /** What stands there, in each of them. */
  readonly before: string;
  readonly after: string;
  /** Of the longer text, the part that both have. */
  readonly likeness?: number;
  readonly remedy: string;
}

/** Of the longer text, the part that both must have. */
const leastLikeness = 0.7;
/** Of all words of both, the part that both must have to be compared, as the sketches tell it. */
const leastWords = 0.4;
/** Names that are looked at for others like them; of more the latest. */
const mostNames = 200;
/** With which one text is compared, of those that are like it. */
const mostCompared = 8;
const mostFindings = 200;
/** UTF-16 units that are compared behind the first that differs, and looked at before it. */
const longest = 32_768;
const lookedBack = 1_024;
/** What is no other wording: it should not make a version. */
const formal: ReadonlySet<TextCause> = new Set(["date", "id", "number", "whitespace", "key-order", "order"]);

const hintRemedies: Readonly<Record<Exclude<HintCause, "date">, string>> = {
  id: remedies.id,
  placeholder: "Nothing fills it in: write what is meant, or put what differs from call to call into the last message.",
};

const found = new WeakMap<PromptBook, readonly PromptFinding[]>();
const sketches = new WeakMap<RegisteredPrompt, TextSketch>();
const hints = new WeakMap<RegisteredPrompt, readonly PromptFinding[]>();
const comparisons = new WeakMap<RegisteredPrompt, WeakMap<RegisteredPrompt, Comparison>>();

/** All that there is to say of a book. */
export function* findingsOf(book: PromptBook): Steps<readonly PromptFinding[]> {
  const known = found.get(book);
  if (known !== undefined) return known;
  const newest = book.newestOfAll;
  const latest = latestOf(newest);
  const findings = new Set<PromptFinding>();
  for (const prompt of latest) {
    if (findings.size >= mostFindings) break;
    // Where each is among those that are like the other it is one finding.
    for (const finding of yield* duplicatesOf(prompt, latest)) findings.add(finding);
  }
  for (const prompt of newest) {
    if (findings.size >= mostFindings) break;
    for (const finding of yield* changeOf(prompt, book)) findings.add(finding);
  }
  for (const prompt of newest) {
    if (findings.size >= mostFindings) break;
    for (const finding of yield* hintsOf(prompt)) findings.add(finding);
  }
  const shown = [...findings].slice(0, mostFindings);
  found.set(book, shown);
  return shown;
}

/** What there is to say of one version, when it is one of the last two of its name. */
export function* findingsAbout(
  book: PromptBook,
  { tenant, name, version }: Pick<RegisteredPrompt, "tenant" | "name" | "version">,
): Steps<readonly PromptFinding[]> {
  const newest = book.newest(tenant, name);
  if (newest === undefined) return [];
  const duplicates = yield* duplicatesOf(newest, latestOf(book.newestOfAll));
  const findings = [...duplicates, ...(yield* changeOf(newest, book)), ...(yield* hintsOf(newest))];
  const id = promptId({ tenant, name, version });
  return findings.filter(({ prompts }) => prompts.includes(id)).slice(0, mostFindings);
}

/** The oldest of them first. */
function latestOf(newest: readonly RegisteredPrompt[]): readonly RegisteredPrompt[] {
  const latest = [...newest].sort((one, other) => other.createdAt - one.createdAt);
  return latest.slice(0, mostNames).reverse();
}

function* duplicatesOf(prompt: RegisteredPrompt, latest: readonly RegisteredPrompt[]): Steps<readonly PromptFinding[]> {
  const alike: { readonly one: RegisteredPrompt; readonly words: number }[] = [];
  const own = yield* sketchedOnce(prompt);
  for (const one of latest) {
    if (one === prompt || !isSeenTogether(one, prompt) || !isAsLong(one, prompt)) continue;
    const words = resemblance(own, yield* sketchedOnce(one));
    if (words >= leastWords) alike.push({ one, words });
  }
  yield;
  const likest = alike.sort((one, other) => other.words - one.words).slice(0, mostCompared);
  const duplicates: PromptFinding[] = [];
  for (const { one } of likest) {
    const isEarlier = latest.indexOf(one) < latest.indexOf(prompt);
    const duplicate = yield* comparedOnce("near-duplicate", isEarlier ? [one, prompt] : [prompt, one]);
    if (duplicate.likeness >= leastLikeness) duplicates.push(duplicate);
  }
  return duplicates;
}

function isSeenTogether(one: RegisteredPrompt, other: RegisteredPrompt): boolean {
  return one.tenant === other.tenant || one.tenant === undefined || other.tenant === undefined;
}

/** Others cannot be alike enough. */
function isAsLong({ text: one }: RegisteredPrompt, { text: other }: RegisteredPrompt): boolean {
  return Math.min(one.length, other.length) >= leastLikeness * Math.max(one.length, other.length);
}

/** The last two versions of a name. */
function* changeOf(newest: RegisteredPrompt, book: PromptBook): Steps<readonly PromptFinding[]> {
  const earlier = book
    .of(newest.tenant, newest.name)
    .filter(isLive)
    .findLast(({ sequence }) => sequence < newest.sequence);
  if (earlier === undefined || earlier.text === newest.text || !isAsLong(earlier, newest)) return [];
  const change = yield* comparedOnce("version", [earlier, newest]);
  return change.likeness >= leastLikeness && formal.has(change.cause as TextCause) ? [change] : [];
}

function* hintsOf(prompt: RegisteredPrompt): Steps<readonly PromptFinding[]> {
  let known = hints.get(prompt);
  if (known === undefined) {
    known = hintsIn(prompt.text, prompt.createdAt).map(({ cause, offset, text }) => ({
      ...{ kind: "text" as const, prompts: [promptId(prompt)], cause, byte: bytesTo(prompt.text, offset) },
      ...{ before: quoted(text), after: "" },
      remedy: cause === "date" ? remedyFor(cause, isDayOnly([text])) : hintRemedies[cause],
    }));
    hints.set(prompt, known);
    yield;
  }
  return known;
}

function* sketchedOnce(prompt: RegisteredPrompt): Steps<TextSketch> {
  let sketch = sketches.get(prompt);
  if (sketch === undefined) {
    sketch = sketchOf(prompt.text);
    sketches.set(prompt, sketch);
    yield;
  }
  return sketch;
}

type Comparison = PromptFinding & { readonly likeness: number };

function* comparedOnce(
  kind: PromptFinding["kind"],
  [one, other]: readonly [RegisteredPrompt, RegisteredPrompt],
): Steps<Comparison> {
  const ofOne = comparisons.get(one) ?? new WeakMap<RegisteredPrompt, Comparison>();
  comparisons.set(one, ofOne);
  let comparison = ofOne.get(other);
  if (comparison === undefined) {
    comparison = compared(kind, one, other);
    ofOne.set(other, comparison);
    yield;
  }
  return comparison;
}

function compared(kind: PromptFinding["kind"], one: RegisteredPrompt, other: RegisteredPrompt): Comparison {
  const prompts = [promptId(one), promptId(other)];
  if (one.text === other.text) {
    const remedy = "Keep one of them, and refer to it by one name.";
    return { kind, prompts, cause: "equal" as const, byte: 0, before: "", after: "", likeness: 1, remedy };
  }
  const parting = commonStart(one.text, other.text);
  const start = Math.max(0, parting - lookedBack);
  const [ours, theirs] = [one.text.slice(start, parting + longest), other.text.slice(start, parting + longest)];
  const { cause, rejoined, dates, ...differing } = textBreak(ours, theirs, false);
  const [before, after] = dates ?? [differing.before, differing.after];
  const offset = start + differing.offset;
  const common = Math.min(offset + rejoined, start + ours.length, start + theirs.length);
  return {
    ...{ kind, prompts, cause, byte: bytesTo(one.text, offset), before: quoted(before), after: quoted(after) },
    likeness: Math.round((1_000 * common) / (start + Math.max(ours.length, theirs.length))) / 1_000,
    remedy: formal.has(cause)
      ? remedyFor(cause as keyof typeof remedies, isDayOnly(dates))
      : "Use one prompt for both, with what differs at its end or in the messages: up to there they share a prefix.",
  };
}

function bytesTo(text: string, offset: number): number {
  return Buffer.byteLength(text.slice(0, offset));
}
