/**
 * Whether two words are at most `limit` slips apart: letters left out, added, changed, or two neighbours swapped
 * (optimal string alignment, Damerau 1964). Words are short, so the whole table is kept in three rows.
 */
export function isWithinSlips(one: string, other: string, limit: number): boolean {
  if (Math.abs(one.length - other.length) > limit || one.length > 64 || other.length > 64) return false;
  let twoBack: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= other.length; column++) {
      const isSame = one.charCodeAt(row - 1) === other.charCodeAt(column - 1);
      let cost = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 &&
        column > 1 &&
        one.charCodeAt(row - 1) === other.charCodeAt(column - 2) &&
        one.charCodeAt(row - 2) === other.charCodeAt(column - 1);
      if (isSwap) cost = Math.min(cost, (twoBack[column - 2] as number) + 1);
      current.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return false;
    twoBack = last;
    last = current;
  }
  return (last[other.length] as number) <= limit;
}
