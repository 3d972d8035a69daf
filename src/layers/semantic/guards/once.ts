/**
 * Remembers what was made of a subject for as long as the subject lives: a question is read by each guard once, however
 * many candidates it is laid beside. It is kept on the subject itself, where a copy of it does not go along: weak maps
 * would be gone through by every collection of the young generation, which held the event loop up for milliseconds.
 */
export function once<Subject extends object, Made extends object>(make: (subject: Subject) => Made): typeof make {
  const place = places++;
  return (subject) => {
    const known = notesOf(subject);
    const found = known[place];
    if (found !== undefined) return found as Made;
    const fresh = make(subject);
    known[place] = fresh;
    return fresh;
  };
}

/** Each function that remembers has one place in the notes of every subject. */
let places = 0;
const notes = Symbol("notes");

function notesOf(subject: { readonly [notes]?: object[] }): object[] {
  const known = subject[notes];
  if (known !== undefined) return known;
  const fresh: object[] = new Array(places);
  // What cannot be enumerated is not copied with the rest.
  Object.defineProperty(subject, notes, { value: fresh });
  return fresh;
}
