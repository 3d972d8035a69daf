import { type TextCause, textBreak } from "../lint/break-cause.ts";
import { quoted } from "../lint/quoted-text.ts";
import { isDayOnly, remedies, remedyFor } from "../lint/remedies.ts";
import type { PromptBook } from "./prompt-book.ts";
import { promptId } from "./prompt-matcher.ts";
import type { RegisteredPrompt } from "./registered-prompt.ts";
import { type HintCause, hintsIn } from "./text-hints.ts";

/**
 * What the lint of prompts has to say of registered ones: two that are nearly one and should be merged, versions that
 * differ only in what does not belong into a prompt, and what in a single text will not stay as it is. Texts are compared
 * with each other only where they have most of their words in common.
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
/** Of all words of both, the part that both must have to be looked at. */
const leastWords = 0.5;
/** Names that are compared with each other; of more the latest. */
const mostCompared = 200;
const mostFindings = 200;
/** What is no other wording: it should not make a version. */
const formal: ReadonlySet<TextCause> = new Set(["date", "id", "number", "whitespace", "key-order", "order"]);

const hintRemedies: Readonly<Record<Exclude<HintCause, "date">, string>> = {
  id: remedies.id,
  placeholder: "Nothing fills it in: write what is meant, or put what differs from call to call into the last message.",
};

const found = new WeakMap<PromptBook, readonly PromptFinding[]>();

/** Those of one book are computed once. */
export function findingsOf(book: PromptBook): readonly PromptFinding[] {
  let findings = found.get(book);
  if (findings === undefined) {
    findings = [...duplicatesIn(book), ...versionsIn(book), ...book.newestOfAll.flatMap(hintsOf)].slice(
      0,
      mostFindings,
    );
    found.set(book, findings);
  }
  return findings;
}

function duplicatesIn(book: PromptBook): readonly PromptFinding[] {
  const latest = [...book.newestOfAll].sort((one, other) => other.createdAt - one.createdAt).slice(0, mostCompared);
  const read = latest.reverse().map((prompt) => ({ prompt, words: wordsOf(prompt.text) }));
  return read.flatMap((one, index) =>
    read.slice(index + 1).flatMap((other) => {
      const isSeenTogether = one.prompt.tenant === other.prompt.tenant || !(one.prompt.tenant && other.prompt.tenant);
      if (!isSeenTogether || !isAlike(one.words, other.words)) return [];
      const duplicate = compared("near-duplicate", one.prompt, other.prompt);
      return duplicate.likeness < leastLikeness ? [] : [duplicate];
    }),
  );
}

/** Each of the last two versions of a name. */
function versionsIn(book: PromptBook): readonly PromptFinding[] {
  return book.newestOfAll.flatMap((newest) => {
    const before = book.live.filter((one) => one.tenant === newest.tenant && one.name === newest.name);
    const earlier = before.filter(({ sequence }) => sequence < newest.sequence).at(-1);
    if (earlier === undefined || earlier.text === newest.text) return [];
    const change = compared("version", earlier, newest);
    return change.likeness >= leastLikeness && formal.has(change.cause as TextCause) ? [change] : [];
  });
}

function hintsOf(prompt: RegisteredPrompt): readonly PromptFinding[] {
  return hintsIn(prompt.text, prompt.createdAt).map(({ cause, offset, text }) => ({
    ...{ kind: "text" as const, prompts: [promptId(prompt)], cause, byte: bytesTo(prompt.text, offset) },
    ...{ before: quoted(text), after: "" },
    remedy: cause === "date" ? remedyFor(cause, isDayOnly([text])) : hintRemedies[cause],
  }));
}

function compared(kind: PromptFinding["kind"], one: RegisteredPrompt, other: RegisteredPrompt) {
  const prompts = [promptId(one), promptId(other)];
  if (one.text === other.text) {
    const remedy = "Keep one of them, and refer to it by one name.";
    return { kind, prompts, cause: "equal" as const, byte: 0, before: "", after: "", likeness: 1, remedy };
  }
  const { cause, offset, rejoined, dates, ...differing } = textBreak(one.text, other.text, false);
  const [before, after] = dates ?? [differing.before, differing.after];
  const common = Math.min(offset + rejoined, one.text.length, other.text.length);
  return {
    ...{ kind, prompts, cause, byte: bytesTo(one.text, offset), before: quoted(before), after: quoted(after) },
    likeness: Math.round((1_000 * common) / Math.max(one.text.length, other.text.length)) / 1_000,
    remedy: formal.has(cause)
      ? remedyFor(cause as keyof typeof remedies, isDayOnly(dates))
      : "Use one prompt for both, with what differs at its end or in the messages: up to there they share a prefix.",
  };
}

function isAlike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (Math.min(one.size, other.size) < leastWords * Math.max(one.size, other.size)) return false;
  let both = 0;
  for (const word of one) if (other.has(word)) both++;
  return both >= leastWords * (one.size + other.size - both);
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function bytesTo(text: string, offset: number): number {
  return Buffer.byteLength(text.slice(0, offset));
}
