import type { PromptSection } from "../../../core/prompt.ts";
import { bagOf, signatureOf } from "./word-signature.ts";

/** A section as it is remembered: equal texts are one object, so that prompts of one conversation cost little and compare fast. */
export class SeenSection {
  readonly text: string;
  readonly isRedacted: boolean;
  /** UTF-16 units that the model reads. */
  readonly length: number;
  /** Of prompts that have it. */
  uses = 0;
  #signature: number | undefined;
  #lines: ReadonlyMap<number, number> | undefined;

  constructor(text: string, isRedacted: boolean) {
    this.text = text;
    this.isRedacted = isRedacted;
    this.length = isRedacted ? lengthBehind(text) : text.length;
  }

  /** Equal for texts that were made from one. Of texts that are not known only equal ones are. */
  get signature(): number {
    this.#signature ??= this.isRedacted ? bagOf(this.text) : signatureOf(this.text);
    return this.#signature;
  }

  /** Lengths of its longer lines and sentences, by their signatures. */
  get lines(): ReadonlyMap<number, number> {
    this.#lines ??= linesOf(this.text);
    return this.#lines;
  }
}

const token = /~[\w-]{16}:(\d+)/g;

function lengthBehind(text: string): number {
  let length = text.length;
  for (const { 0: found, 1: told } of text.matchAll(token)) length += Number(told) - found.length;
  return length;
}

const shortestLine = 24;
const mostLines = 2_000;

function linesOf(text: string): ReadonlyMap<number, number> {
  const lines = text
    .split(/(?:\\n)+|(?<=[.!?;]) |(?<=[}\]],)/, mostLines)
    .filter(({ length }) => length >= shortestLine);
  const lengths = new Map<number, number>();
  for (const line of lines) {
    const signature = signatureOf(line);
    lengths.set(signature, (lengths.get(signature) ?? 0) + line.length);
  }
  return lengths;
}

export class SectionTable {
  readonly #sections = new Map<string, SeenSection>();
  /** UTF-16 units that are held. */
  length = 0;

  /** Marks where a cache is to keep something are not read by the model. */
  use({ text: given }: PromptSection, isRedacted: boolean): SeenSection {
    const text = given.includes('"cache_control":') || given.includes(openAiMark) ? given.replace(marks, "") : given;
    let section = this.#sections.get(text);
    if (section === undefined) {
      section = new SeenSection(text, isRedacted);
      this.#sections.set(text, section);
      this.length += text.length;
    }
    section.uses++;
    return section;
  }

  leave(section: SeenSection): void {
    section.uses--;
    if (section.uses > 0) return;
    this.#sections.delete(section.text);
    this.length -= section.text.length;
  }
}

const openAiMark = '"prompt_cache_breakpoint":';
/** In a text their quotes would be escaped. */
const mark = '"(?:cache_control|prompt_cache_breakpoint)":(?:\\{[^{}]*\\}|null)';
const marks = new RegExp(`${mark},|,?${mark}`, "g");
