import type { Report } from "../finding.ts";
import type { NumberWindow } from "../number-runs.ts";
import { thingWords } from "../number-words.ts";
import type { Surroundings } from "../surroundings.ts";
import { type DigitId, digitIds } from "./digit-ids.ts";

/** National numbers of digits alone, by the shape of a window. */

interface Candidate {
  readonly id: DigitId;
  readonly mustBeNamed: boolean;
}

const byShape = new Map<string, Candidate[]>();
for (const id of digitIds) {
  for (const [shapes, mustBeNamed] of [
    [id.proving, false],
    [id.named, true],
  ] as const)
    for (const shape of shapes) byShape.set(shape, [...(byShape.get(shape) ?? []), { id, mustBeNamed }]);
}

export function findDigitId(window: NumberWindow, surroundings: Surroundings, report: Report): void {
  const { digits, shape, start, end } = window;
  const candidates = byShape.get(shape);
  if (candidates === undefined || /^(\d)\1+$/.test(digits) || isPiece(window)) return;
  for (const { id, mustBeNamed } of candidates) {
    if (!id.isValid(digits)) continue;
    const isNamed = surroundings.isNear(id.words, start, end);
    if (!isNamed && (mustBeNamed || surroundings.follows(thingWords, start))) continue;
    report({ kind: "national_id", rule: id.rule, start, end, value: digits });
    return;
  }
}

/** Of a longer row of groups of four, as numbers of cards and accounts are written. */
function isPiece({ first, last, run, shape }: NumberWindow): boolean {
  if (!/^4[ -]4[ -]4$/.test(shape)) return false;
  return [first - 1, last + 1].some((place) => run.groups[place]?.digits.length === 4);
}
