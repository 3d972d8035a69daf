import { antonymTraps } from "./traps-antonym.ts";
import { codeTraps } from "./traps-code.ts";
import { directionTraps } from "./traps-direction.ts";
import { entityTraps } from "./traps-entity.ts";
import { outputTraps, questionTypeTraps, tenseAndPersonTraps } from "./traps-form.ts";
import { longTraps } from "./traps-long.ts";
import { negationTraps } from "./traps-negation.ts";
import { numberTraps } from "./traps-number.ts";
import { scopeTraps } from "./traps-scope.ts";
import { topicTraps } from "./traps-topic.ts";

/** Pairs that look alike and ask for different things, by what tells them apart. */
export const traps: Readonly<Record<string, string>> = {
  number: numberTraps,
  entity: entityTraps,
  negation: negationTraps,
  scope: scopeTraps,
  direction: directionTraps,
  antonym: antonymTraps,
  code: codeTraps,
  "question type": questionTypeTraps,
  "output format": outputTraps,
  "tense or person": tenseAndPersonTraps,
  topic: topicTraps,
  "long question": longTraps,
};
