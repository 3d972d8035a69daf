import { differsInTime } from "./clause-time.ts";
import type { Guard } from "./guard.ts";
import { type Marks, marksOf } from "./scope-marks.ts";
import { withSharedSpelling } from "./shared-spelling.ts";

/**
 * Vetoes where the two ask about other people, other amounts, another time or another obligation: "my" and "her
 * password", "all" and "some files", "is" and "was", "may" and "must". What is a point in one text must at least be
 * said in the other.
 */
export const scope: Guard = {
  name: "scope",
  vetoes(pair) {
    const { asked, found } = withSharedSpelling(pair);
    const one = marksOf(asked);
    const other = marksOf(found);
    return lacks(one, other) || lacks(other, one) || differsInTime(asked, found);
  },
};

function lacks({ points }: Marks, { all }: Marks): boolean {
  for (const point of points) if (!all.has(point)) return true;
  return false;
}
