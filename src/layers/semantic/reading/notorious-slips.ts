/**
 * Words one slip apart that fit the same places, so that the words around them cannot tell which was meant, however much
 * commoner one of them is: a `pubic area` and a `public area`.
 */
const pairs =
  "public pubic,martial marital,trial trail,casual causal,dairy diary,prostate prostrate,oral aural,moral mortal,united untied," +
  "conversation conservation,sacred scared,angel angle,silver sliver";

const others = new Map(
  pairs.split(",").flatMap((pair) => {
    const [one, other] = pair.split(" ") as [string, string];
    return [
      [one, other],
      [other, one],
    ] as const;
  }),
);

export function areNotoriousSlips(one: string, other: string): boolean {
  return others.get(one) === other;
}
