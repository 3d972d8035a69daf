/**
 * Words that can take each other's place in every common sense: few, and none that is only close. The second and later
 * words of a line are brought to the first.
 */
const lines = [
  "buy purchase",
  "start begin",
  "photo photograph picture",
  "large big",
  "movie film",
  "car automobile",
  "doctor physician",
  "quick fast",
  "fix repair",
  "child kid",
  "phone telephone",
  "job occupation",
  "sick ill",
  "attorney lawyer",
  "couch sofa",
  "smart intelligent",
  "cellphone smartphone",
];

const heads = new Map(
  lines.flatMap((line) => {
    const [head = "", ...others] = line.split(" ");
    return others.map((word): [string, string] => [word, head]);
  }),
);

export function synonymHead(lemma: string): string {
  return heads.get(lemma) ?? lemma;
}
