/** Letters to put in, take out or replace between two texts (Levenshtein, by rows). */
export function editDistance(one: string, other: string): number {
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
