import { editDistance } from "./edit-distance.ts";

/**
 * Names that somebody may have meant: those at a small edit distance, and those of which one begins with the other. The
 * distance is computed for few names only, whatever is asked: it is at least the number of letters that one of the two
 * has and the other lacks, in whatever order (the bag distance of Bartolini, Ciaccia and Patella, 2002), which is
 * counted at once, and by which all others are left out.
 */

const most = 3;
/** Of the longer name, the part that may differ. */
const mostDifferent = 0.4;
/** Names whose distance is computed; of more the ones with the most letters in common. */
const mostCompared = 128;

export function nearNames(asked: string, known: Iterable<string>): readonly string[] {
  const compared = nearest(asked, new Set(known), missingLetters(asked)).slice(0, mostCompared);
  return nearest(asked, compared, (name) => editDistance(asked, name)).slice(0, most);
}

/** Those that are near by this distance, the nearest first. */
function nearest(asked: string, names: Iterable<string>, distance: (name: string) => number): readonly string[] {
  return Array.from(names, (name) => {
    // 0 for equal names, 1 for such that have nothing in common.
    const apart = distance(name) / Math.max(asked.length, name.length, 1);
    const begins = asked.startsWith(name) || name.startsWith(asked);
    return { name, apart: begins ? Math.min(apart, mostDifferent) : apart };
  })
    .filter(({ apart }) => apart <= mostDifferent)
    .sort((one, other) => one.apart - other.apart || (one.name < other.name ? -1 : 1))
    .map(({ name }) => name);
}

/** Letters of the longer of `asked` and a name that the other one lacks. */
function missingLetters(asked: string): (name: string) => number {
  // Letters that fall together here only make names look nearer than they are.
  const counts = new Int32Array(128);
  for (let place = 0; place < asked.length; place++) (counts[asked.charCodeAt(place) & 127] as number)++;
  return (name) => {
    const left = counts.slice();
    let both = 0;
    for (let place = 0; place < name.length; place++) {
      const letter = name.charCodeAt(place) & 127;
      if ((left[letter] as number) > 0) both++;
      (left[letter] as number)--;
    }
    return Math.max(asked.length, name.length) - both;
  };
}
