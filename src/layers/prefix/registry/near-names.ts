/**
 * Names that somebody may have meant: those at a small edit distance (Levenshtein, by rows), and those of which one begins
 * with the other.
 */

const most = 3;
/** Of the longer name, the part that may differ. */
const mostDifferent = 0.4;

export function nearNames(asked: string, known: Iterable<string>): readonly string[] {
  return [...new Set(known)]
    .map((name) => ({ name, apart: apartness(asked, name) }))
    .filter(({ apart }) => apart <= mostDifferent)
    .sort((one, other) => one.apart - other.apart || (one.name < other.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** 0 for equal names, 1 for such that have nothing in common. */
function apartness(one: string, other: string): number {
  const begins = one.startsWith(other) || other.startsWith(one);
  const apart = editDistance(one, other) / Math.max(one.length, other.length, 1);
  return begins ? Math.min(apart, mostDifferent) : apart;
}

function editDistance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (before[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      line.push(Math.min((before[column] as number) + 1, (line[column - 1] as number) + 1, replaced));
    }
    before = line;
  }
  return before[other.length] as number;
}
