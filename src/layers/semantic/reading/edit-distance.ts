/**
 * Whether two words are at most `limit` slips apart: letters left out, added, changed, or two neighbours swapped
 * (optimal string alignment, Damerau 1964). Words are short, so the whole table is kept in three rows, which are there
 * once for all: it is asked of many words, and never within itself.
 */
export function isWithinSlips(one: string, other: string, limit: number): boolean {
  if (Math.abs(one.length - other.length) > limit || one.length > longest || other.length > longest) return false;
  let [twoBack, last, current] = rows;
  for (let column = 0; column <= other.length; column++) last[column] = column;
  for (let row = 1; row <= one.length; row++) {
    current[0] = row;
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
      current[column] = cost;
      least = Math.min(least, cost);
    }
    if (least > limit) return false;
    const oldest = twoBack;
    twoBack = last;
    last = current;
    current = oldest;
  }
  return (last[other.length] as number) <= limit;
}

const longest = 64;
const rows = [new Uint8Array(longest + 1), new Uint8Array(longest + 1), new Uint8Array(longest + 1)] as const;
