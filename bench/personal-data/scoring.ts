import { type PersonalKind, personalKinds } from "../../src/core/personal-data.ts";
import { detect } from "../../src/policy/personal-data/detection.ts";
import type { LabelledSentence } from "./corpus.ts";

/** How well a kind is found. */
export interface Score {
  readonly kind: PersonalKind;
  readonly right: number;
  /** Values that were not found. */
  readonly missed: readonly Mistake[];
  /** What was found and is no value of this kind. */
  readonly wrong: readonly Mistake[];
}

export interface Mistake {
  readonly language: string;
  readonly text: string;
  readonly value: string;
}

export function score(sentences: readonly LabelledSentence[]): readonly Score[] {
  const scores = new Map(
    personalKinds.map((kind) => [kind, { kind, right: 0, missed: [], wrong: [] } as MutableScore]),
  );
  for (const { language, text, expected } of sentences) {
    const { findings } = detect(text);
    for (const one of expected) {
      const isFound = findings.some(({ kind, start, end }) => kind === one.kind && start < one.end && end > one.start);
      const own = scores.get(one.kind) as MutableScore;
      if (isFound) own.right++;
      else own.missed.push({ language, text, value: text.slice(one.start, one.end) });
    }
    for (const { kind, start, end } of findings) {
      const isExpected = expected.some((one) => one.kind === kind && start < one.end && end > one.start);
      if (!isExpected) scores.get(kind)?.wrong.push({ language, text, value: text.slice(start, end) });
    }
  }
  return [...scores.values()];
}

interface MutableScore {
  readonly kind: PersonalKind;
  right: number;
  readonly missed: Mistake[];
  readonly wrong: Mistake[];
}

/** Of what was found how much is right. */
export function precision({ right, wrong }: Score): number {
  return right + wrong.length === 0 ? 1 : right / (right + wrong.length);
}

/** Of what is there how much was found. */
export function recall({ right, missed }: Score): number {
  return right + missed.length === 0 ? 1 : right / (right + missed.length);
}
