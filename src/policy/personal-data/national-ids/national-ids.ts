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

export function findDigitId(
  { digits, shape, start, end }: NumberWindow,
  surroundings: Surroundings,
  report: Report,
): void {
  const candidates = byShape.get(shape);
  if (candidates === undefined || /^(\d)\1+$/.test(digits)) return;
  for (const { id, mustBeNamed } of candidates) {
    if (!id.isValid(digits)) continue;
    const isNamed = surroundings.isNear(id.words, start, end);
    if (!isNamed && (mustBeNamed || surroundings.follows(thingWords, start))) continue;
    report({ kind: "national_id", rule: id.rule, start, end, value: digits });
    return;
  }
}
