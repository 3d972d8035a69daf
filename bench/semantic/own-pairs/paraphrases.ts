import {
  cookingParaphrases,
  healthParaphrases,
  householdParaphrases,
  shopParaphrases,
  travelParaphrases,
} from "./paraphrases-daily.ts";
import {
  keywordParaphrases,
  leisureParaphrases,
  longParaphrases,
  requestParaphrases,
  schoolParaphrases,
} from "./paraphrases-knowledge.ts";
import {
  codingParaphrases,
  lawParaphrases,
  moneyParaphrases,
  operationsParaphrases,
  softwareParaphrases,
  workParaphrases,
} from "./paraphrases-work.ts";

/** Pairs that ask the same in other words, by what they are about. */
export const paraphrases: Readonly<Record<string, string>> = {
  shops: shopParaphrases,
  travel: travelParaphrases,
  cooking: cookingParaphrases,
  health: healthParaphrases,
  household: householdParaphrases,
  software: softwareParaphrases,
  coding: codingParaphrases,
  operations: operationsParaphrases,
  work: workParaphrases,
  law: lawParaphrases,
  money: moneyParaphrases,
  school: schoolParaphrases,
  leisure: leisureParaphrases,
  requests: requestParaphrases,
  keywords: keywordParaphrases,
  "long questions": longParaphrases,
};
