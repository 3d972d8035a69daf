import type { Pair } from "../reading/reading.ts";
import { antonyms } from "./antonyms.ts";
import { code } from "./code.ts";
import { entities } from "./entities.ts";
import type { Guard, GuardName } from "./guard.ts";
import { leftover } from "./leftover.ts";
import { negation } from "./negation.ts";
import { numbers } from "./numbers.ts";
import { order } from "./order.ts";
import { output } from "./output.ts";
import { question } from "./question.ts";
import { relations } from "./relations.ts";
import { scope } from "./scope.ts";
import { template } from "./template.ts";
import { volatile } from "./volatile.ts";

/** Every guard; those come first that are quick and veto most of what vectors find near. */
export const guards: readonly Guard[] = Object.freeze([
  entities,
  leftover,
  question,
  scope,
  negation,
  numbers,
  code,
  order,
  relations,
  antonyms,
  output,
  template,
  volatile,
]);

/**
 * What these look for is in the signature, which brings a phrase in front and a preposition in front of its question word
 * to their usual places before it keeps all order (`In winter, what do bees do`, `what do bees do in winter`). Where two
 * signatures are equal these would only see that something was moved.
 */
const ofPlaces: ReadonlySet<Guard> = new Set([question, order, relations]);

/** The first guard that sees a difference; undefined where none does. */
export function firstVeto(pair: Pair): GuardName | undefined {
  // Most is vetoed before signatures count, which take a while to make.
  return guards.find((guard) => !(ofPlaces.has(guard) && areEqual(pair)) && guard.vetoes(pair))?.name;
}

function areEqual({ asked, found }: Pair): boolean {
  return asked.signature !== undefined && asked.signature === found.signature;
}
