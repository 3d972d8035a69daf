import type { PersonalKind } from "../../src/core/personal-data.ts";
import { Chance } from "./chance.ts";
import { hardNegatives, hardSentences } from "./hard-sentences.ts";
import { madeUp } from "./made-up-values.ts";
import { negativeSentences } from "./negative-sentences.ts";
import { positiveSentences } from "./positive-sentences.ts";

/** Labelled sentences to measure the detection of personal data with. None of the values is anybody's. */

export interface ExpectedFinding {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
}

export interface LabelledSentence {
  readonly language: string;
  readonly text: string;
  readonly expected: readonly ExpectedFinding[];
}

const kinds: Readonly<Record<string, PersonalKind>> = {
  ...{ email: "email", phone: "phone", card: "card", iban: "iban", id: "national_id", national_id: "national_id" },
  ...{ ip: "ip", ip6: "ip", secret: "secret" },
};

/** Each sentence this many times, with other values. */
const draws = 3;

export function corpus(seed: number): readonly LabelledSentence[] {
  const chance = new Chance(seed);
  const all = [positiveSentences, negativeSentences, hardSentences, hardNegatives].flatMap(
    Object.entries<readonly string[]>,
  );
  return all.flatMap(([language, sentences]) =>
    sentences.flatMap((sentence) => {
      const filled = Array.from({ length: draws }, () => fill(language, sentence, chance));
      // Without slots they are all the same.
      return filled.filter(({ text }, index) => filled.findIndex((one) => one.text === text) === index);
    }),
  );
}

const slot = /\{([a-zA-Z0-9_]+)(?:([:=])([^{}]*))?\}/g;

function fill(language: string, sentence: string, chance: Chance): LabelledSentence {
  const expected: ExpectedFinding[] = [];
  let text = "";
  let before = 0;
  for (const match of sentence.matchAll(slot)) {
    const [whole, name = "", sign, detail = ""] = match;
    text += sentence.slice(before, match.index);
    const value = sign === "=" ? detail : madeUp(sign === undefined ? name : `${name}:${detail}`, chance);
    const kind = kinds[name];
    if (kind !== undefined) expected.push({ kind, start: text.length, end: text.length + value.length });
    text += value;
    before = match.index + whole.length;
  }
  return { language, text: text + sentence.slice(before), expected };
}
