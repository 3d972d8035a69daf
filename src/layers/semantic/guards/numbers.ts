import type { Reading } from "../reading/reading.ts";
import { correctedText } from "./corrected-text.ts";
import type { Guard } from "./guard.ts";
import { mayHoldQuantities } from "./number-words.ts";
import { once } from "./once.ts";
import { type Quantity, quantitiesOf } from "./quantities.ts";
import { withSharedSpelling } from "./shared-spelling.ts";

/**
 * Two texts must name the same quantities: the same multiset of values with units, and those of one unit in the same
 * order (from the 3rd to the 5th is not from the 5th to the 3rd). What is said in passing (`one`, `an hour`) may stand
 * for a 1 of the other side and is no difference otherwise.
 */
export const numbers: Guard = {
  name: "numbers",
  vetoes(pair) {
    const { asked, found } = withSharedSpelling(pair);
    if (!(mayHold(asked).isTrue || mayHold(found).isTrue)) return false;
    const ofAsked = readingQuantities(asked);
    const ofFound = readingQuantities(found);
    const [strongAsked, weakAsked] = divided(ofAsked);
    const [strongFound, weakFound] = divided(ofFound);
    return !areSame(without(strongAsked, weakFound, strongFound), without(strongFound, weakAsked, strongAsked));
  },
};

const mayHold = once((reading: Reading) => ({ isTrue: mayHoldQuantities(correctedText(reading)) }));

const readingQuantities = once((reading: Reading) => quantitiesOf(correctedText(reading).replace(/\s+/g, " ")));

function divided(quantities: readonly Quantity[]): [strong: string[], weak: string[]] {
  const strong: string[] = [];
  const weak: string[] = [];
  for (const { value, unit, isWeak } of quantities) (isWeak ? weak : strong).push(`${unit} ${value}`);
  return [strong, weak];
}

/** The strong ones of one side without those that only a weak one of the other side answers. */
function without(
  strong: readonly string[],
  weakOfOther: readonly string[],
  strongOfOther: readonly string[],
): string[] {
  if (weakOfOther.length === 0) return [...strong];
  const answers = new Map<string, number>();
  for (const key of weakOfOther) answers.set(key, (answers.get(key) ?? 0) + 1);
  const surplus = new Map<string, number>();
  for (const key of strong) surplus.set(key, (surplus.get(key) ?? 0) + 1);
  for (const key of strongOfOther) surplus.set(key, (surplus.get(key) ?? 0) - 1);
  return strong.filter((key) => {
    const left = Math.min(answers.get(key) ?? 0, surplus.get(key) ?? 0);
    if (left <= 0) return true;
    answers.set(key, left - 1);
    surplus.set(key, (surplus.get(key) ?? 0) - 1);
    return false;
  });
}

/** The same quantities, and of each unit in the same order. */
function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  const byUnit = new Map<string, string[]>();
  for (const key of some) {
    const unit = key.slice(0, key.indexOf(" "));
    const queue = byUnit.get(unit);
    if (queue === undefined) byUnit.set(unit, [key]);
    else queue.push(key);
  }
  for (const queue of byUnit.values()) queue.reverse();
  return others.every((key) => byUnit.get(key.slice(0, key.indexOf(" ")))?.pop() === key);
}
