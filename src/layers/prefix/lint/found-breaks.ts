import { ownText } from "../../../core/own-text.ts";
import type { FoundCause, PrefixBreak, PromptGroup } from "./lint-result.ts";
import { type BreakCause, isHeadAt, type PromptBreak } from "./prompt-break.ts";
import { quoted } from "./quoted-text.ts";
import { isDayOnly, remedyFor } from "./remedies.ts";
import type { PromptOfLate } from "./seen-prompts.ts";
import { bagOf } from "./word-signature.ts";

/** Breaks by group, place and cause, with the earliest of each as its example. */

interface Tally {
  readonly family: number;
  readonly cause: BreakCause;
  calls: number;
  lostTokens: number;
  /** What stood there, by digest; no more than tell users from templates. */
  readonly variants: Set<number>;
  earliest: Earliest;
}

interface Earliest {
  /** The section, and UTF-16 units of it that are equal. */
  readonly index: number;
  readonly offset: number;
  readonly place: string;
  readonly byte: number;
  readonly promptByte: number;
  /** As they are shown. */
  readonly context: string;
  readonly before: string;
  readonly after: string;
  /** Dates without a time of day. */
  readonly isDay: boolean;
  readonly calls: readonly [string, string];
}

const mostTallies = 1_000;
const mostVariants = 64;
const shownContext = 32;
/** So many texts, each for a few conversations only, are no versions of a template. */
const fewestUsers = 4;
const conversationsOfTemplate = 8;

export class FoundBreaks {
  readonly #tallies = new Map<string, Tally>();

  add(earlier: PromptOfLate, later: PromptOfLate, broken: PromptBreak, lostTokens: number): void {
    const { index, cause } = broken;
    const place = later.places[index] as string;
    const key = `${later.family} ${isHeadAt(later, index) ? place.replace(/^tools.*/, "tools") : "messages"} ${cause}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      if (this.#tallies.size >= mostTallies) return;
      const earliest = earliestOf(earlier, later, broken);
      tally = { family: later.family, cause, calls: 0, lostTokens: 0, variants: new Set(), earliest };
      this.#tallies.set(key, tally);
    }
    tally.calls++;
    tally.lostTokens += lostTokens;
    for (const text of [broken.before, broken.after])
      if (tally.variants.size < mostVariants) tally.variants.add(bagOf(text));
    const first = tally.earliest;
    if (index < first.index || (index === first.index && broken.offset < first.offset))
      tally.earliest = earliestOf(earlier, later, broken);
  }

  /** `conversations`: how many began in a group. */
  all(groupOf: (family: number) => PromptGroup, conversations: (family: number) => number): readonly PrefixBreak[] {
    const found = merged([...this.#tallies.values()]).map((tally): PrefixBreak => {
      const { family, calls, lostTokens, earliest } = tally;
      const cause = foundCause(tally, conversations(family));
      const { place, byte, promptByte, context, before, after } = earliest;
      return {
        ...{ group: groupOf(family), cause, place, byte, promptByte, calls, lostTokens: Math.round(lostTokens) },
        example: { calls: earliest.calls, context, before, after },
        remedy: remedyFor(cause, earliest.isDay),
      };
    });
    return found.sort((one, other) => other.lostTokens - one.lostTokens);
  }
}

/** Bytes apart at which two things that differ are mostly one: an id may look like a number, or like a word, now and then. */
const apart = 8;
const leastOfOwn = 0.5;

/** What happens seldom, where something else happens often, is that. */
function merged(tallies: readonly Tally[]): readonly Tally[] {
  const kept: Tally[] = [];
  for (const tally of [...tallies].sort((one, other) => other.calls - one.calls)) {
    const same = kept.find((one) => isSamePlace(one, tally) && tally.calls < leastOfOwn * one.calls);
    if (same === undefined) kept.push({ ...tally });
    else {
      same.calls += tally.calls;
      same.lostTokens += tally.lostTokens;
    }
  }
  return kept;
}

function isSamePlace({ family, earliest: one }: Tally, { family: others, earliest: other }: Tally): boolean {
  return family === others && one.place === other.place && Math.abs(one.byte - other.byte) <= apart;
}

function foundCause({ cause, variants }: Tally, conversations: number): FoundCause {
  if (cause !== "words") return cause;
  const isPerUser = variants.size >= fewestUsers && conversations < conversationsOfTemplate * variants.size;
  return isPerUser ? "user-data" : "template";
}

function earliestOf(earlier: PromptOfLate, later: PromptOfLate, broken: PromptBreak): Earliest {
  const { index, offset } = broken;
  const text = later.sections[index]?.text ?? "";
  const byte = Buffer.byteLength(text.slice(0, offset));
  const ahead = later.sections.slice(0, index).reduce((sum, section) => sum + Buffer.byteLength(section.text), 0);
  return {
    ...{ index, offset },
    place: later.places[index] as string,
    byte,
    promptByte: ahead + byte,
    context: ownText(contextOf(text, broken)),
    before: ownText(quoted(broken.before)),
    after: ownText(quoted(broken.after)),
    isDay: isDayOnly(broken.dates),
    calls: [earlier.id, later.id],
  };
}

/** What differs is told as whole words and numbers, so it may begin ahead of the first byte that differs. */
function contextOf(text: string, { offset, before, after }: PromptBreak): string {
  let common = 0;
  while (common < before.length && before[common] === after[common]) common++;
  const start = Math.max(0, offset - shownContext);
  const context = wholeWords(text.slice(start, offset), text[start - 1]);
  return common > 0 && context.endsWith(after.slice(0, common)) ? context.slice(0, -common) : context;
}

/** Without the end of a word that began ahead of it. */
function wholeWords(text: string, ahead = " "): string {
  return /\S/.test(ahead) ? text.replace(/^\S+(?=\s+\S)/, "").trimStart() : text;
}
