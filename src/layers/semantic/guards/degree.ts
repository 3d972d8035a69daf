import type { Pair, Reading, Token } from "../reading/reading.ts";
import { isNegatedForm } from "./negated-forms.ts";
import { areOpposite } from "./opposites.ts";

const degrees = new Set(["more", "most", "less", "least"]);

/**
 * Whether two words of which one says the opposite of the other say the same where they stand, since one of them is
 * turned around by `less` or `least` (`less risky`, `safer`); or whether they are the `more` and the `less` that do so.
 */
export function isCancelled({ asked, found }: Pair, one: Token, other: Token): boolean {
  if (degrees.has(one.spelled) && degrees.has(other.spelled)) {
    const behindOne = neighbour(asked, one, 1);
    const behindOther = neighbour(found, other, 1);
    return behindOne !== undefined && behindOther !== undefined && sayOpposites(behindOne.spelled, behindOther.spelled);
  }
  return isTurned(asked, one) !== isTurned(found, other);
}

function sayOpposites(one: string, other: string): boolean {
  return areOpposite(one, other) || isNegatedForm(one, other);
}

/** Whether `more` or `most` stands before the word. */
export function isRaised(reading: Reading, token: Token): boolean {
  const before = neighbour(reading, token, -1)?.spelled;
  return before === "more" || before === "most";
}

function isTurned(reading: Reading, token: Token): boolean {
  const before = neighbour(reading, token, -1)?.spelled;
  return before === "less" || before === "least";
}

function neighbour({ tokens }: Reading, token: Token, step: 1 | -1): Token | undefined {
  return tokens[tokens.indexOf(token) + step];
}
