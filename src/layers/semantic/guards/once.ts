/**
 * Remembers what was made of a subject for as long as the subject lives: a question is read by each guard once, however
 * many candidates it is laid beside.
 */
export function once<Subject extends object, Made extends object>(make: (subject: Subject) => Made): typeof make {
  const made = new WeakMap<Subject, Made>();
  return (subject) => {
    const known = made.get(subject);
    if (known !== undefined) return known;
    const fresh = make(subject);
    made.set(subject, fresh);
    return fresh;
  };
}
