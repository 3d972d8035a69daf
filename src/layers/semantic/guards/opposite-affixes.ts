/**
 * Beginnings and endings that turn a word into its opposite while the rest stays: `hypotension` and `hypertension`,
 * `employer` and `employee`. The rest must have four letters, so that `inner` and `outer` are no such pair by chance.
 */
const beginnings: readonly (readonly string[])[] = [
  ["hypo", "hyper"],
  ["micro", "macro"],
  ["inter", "intra"],
  ["intro", "extro"],
  ["pre", "post"],
  ["ante", "post"],
  ["under", "over"],
  ["in", "out"],
  ["im", "ex"],
  ["in", "ex"],
  ["en", "de"],
  ["up", "down"],
  ["sub", "super"],
  ["endo", "exo", "ecto"],
  ["homo", "hetero"],
  ["pro", "anti"],
  ["mono", "poly"],
  ["uni", "bi", "multi"],
  ["brady", "tachy"],
  ["max", "min"],
  ["fore", "back"],
  ["north", "south"],
  ["east", "west"],
];
const endings: readonly (readonly string[])[] = [
  ["er", "ee"],
  ["or", "ee"],
  ["ful", "less"],
];
const shortestRest = 4;

/** Whether two words differ in nothing but such a beginning or ending. */
export function haveOppositeAffixes(one: string, other: string): boolean {
  if (one === other || Math.min(one.length, other.length) < shortestRest + 2) return false;
  if (one.slice(-shortestRest) === other.slice(-shortestRest)) {
    if (beginnings.some((family) => differs(family, one, other, restAfter))) return true;
  }
  if (one.slice(0, shortestRest) !== other.slice(0, shortestRest)) return false;
  return endings.some((family) => differs(family, one, other, restBefore));
}

type RestOf = (word: string, affix: string) => string | undefined;

function differs(family: readonly string[], one: string, other: string, restOf: RestOf): boolean {
  return family.some((affix) => {
    const rest = restOf(one, affix);
    return rest !== undefined && family.some((counter) => counter !== affix && restOf(other, counter) === rest);
  });
}

function restAfter(word: string, affix: string): string | undefined {
  const rest = word.startsWith(affix) ? word.slice(affix.length).replace(/^-/, "") : "";
  return rest.length >= shortestRest ? rest : undefined;
}

function restBefore(word: string, affix: string): string | undefined {
  const rest = word.endsWith(affix) ? word.slice(0, -affix.length) : "";
  return rest.length >= shortestRest ? rest : undefined;
}
