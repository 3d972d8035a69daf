import { contractionRepeats, politenessRepeats } from "./near-repeats-manner.ts";
import { fillerRepeats, orderRepeats, pluralRepeats, spellingRepeats } from "./near-repeats-wording.ts";

/** Pairs that ask the same in nearly the same words, by what differs. */
export const nearRepeats: Readonly<Record<string, string>> = {
  contraction: contractionRepeats,
  politeness: politenessRepeats,
  "word order": orderRepeats,
  "plural or article": pluralRepeats,
  spelling: spellingRepeats,
  filler: fillerRepeats,
};
