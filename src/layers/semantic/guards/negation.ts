import type { Lexicon } from "../../../core/lexicon.ts";
import type { Pair, Reading } from "../reading/reading.ts";
import { isCancelled } from "./degree.ts";
import { isDoubtfulSlip } from "./doubtful-slips.ts";
import type { Guard } from "./guard.ts";
import { isNegatedForm, negatedFormsOf, stemsOfNegated } from "./negated-forms.ts";
import { type Negated, negationsOf } from "./negation-cues.ts";
import { withSharedSpelling } from "./shared-spelling.ts";
import { someDiffer, wordDifference, wordForms } from "./word-difference.ts";

/**
 * Vetoes where one text says no and the other does not: another number of cues; as many cues, but one of them before a
 * word that the other text has without (`with salt and no oil`, `with oil and no salt`); or a word on one side and its
 * negation by prefix or ending on the other (`safe`, `unsafe`; `harm`, `harmless`). A verb that says no (`stop`) may
 * have a verb of getting rid of something as its counterpart (`overcome`).
 */
export const negation: Guard = {
  name: "negation",
  vetoes(given) {
    const pair = withSharedSpelling(given);
    const ofAsked = negationsOf(pair.asked);
    const ofFound = negationsOf(pair.found);
    return (
      !(ofAsked.length === ofFound.length || isSaidByOtherVerbs(pair, ofAsked, ofFound)) ||
      sayNoToOthers(pair, ofAsked, ofFound) ||
      haveNegatedForms(pair) ||
      isNegatedUnknown(pair.asked, pair.found) ||
      isNegatedUnknown(pair.found, pair.asked) ||
      isDoubtfulSlip(given, ({ lower }) => negatedFormsOf(lower).filter((form) => mayBeWord(form, given.asked.lexicon)))
    );
  },
};

/** `nwater` is no slip of `unwater`; to what ends like an adjective or a participle anybody may add a prefix. */
function mayBeWord(form: string, lexicon: Lexicon): boolean {
  return lexicon.knows(form) || /(?:[ai]ble|ed|ing|ful|ive|al|ous|ic)$/.test(form);
}

const riddance = new Set(
  (
    "remove eliminate cure treat treatment reduce clear fix kill heal overcome curb end halt fight handle cope manage control " +
    "relieve relief ease leave lose block clean protect keep break curtail tackle drop erase delete beat combat deal help"
  ).split(" "),
);

/** One side has more verbs that say no, and the other side verbs that say it in another way. */
function isSaidByOtherVerbs(pair: Pair, ofAsked: readonly Negated[], ofFound: readonly Negated[]): boolean {
  const counted = (negated: readonly Negated[]): number => negated.filter(({ isVerb }) => !isVerb).length;
  if (counted(ofAsked) !== counted(ofFound) || Math.abs(ofAsked.length - ofFound.length) !== 1) return false;
  const { askedOnly, foundOnly } = wordDifference(pair);
  return (ofAsked.length < ofFound.length ? askedOnly : foundOnly).some(({ lemma }) => riddance.has(lemma));
}

function sayNoToOthers({ asked, found }: Pair, ofAsked: readonly Negated[], ofFound: readonly Negated[]): boolean {
  if (ofAsked.length !== ofFound.length || ofAsked.length === 0) return false;
  const inAsked = wordForms(asked).forms;
  const inFound = wordForms(found).forms;
  const isMoved = ({ of }: Negated, counterparts: readonly Negated[]): boolean =>
    inAsked.has(of) && inFound.has(of) && !counterparts.some(({ scope }) => scope.includes(of));
  return ofAsked.some((negated) => isMoved(negated, ofFound)) && ofFound.some((negated) => isMoved(negated, ofAsked));
}

function haveNegatedForms(pair: Pair): boolean {
  return someDiffer(
    wordDifference(pair),
    (one, other) =>
      (isNegatedForm(one.spelled, other.spelled) || isNegatedForm(one.lemma, other.lemma)) &&
      !isCancelled(pair, one, other),
  );
}

/** `unclickable` may have been taken for a slip of `clickable`, so an unknown word is compared as it was written. */
function isNegatedUnknown(reading: Reading, other: Reading): boolean {
  const { forms } = wordForms(other);
  return reading.tokens.some(
    ({ kind, isKnown, lower }) =>
      kind === "word" && !isKnown && !forms.has(lower) && stemsOfNegated(lower).some((stem) => forms.has(stem)),
  );
}
