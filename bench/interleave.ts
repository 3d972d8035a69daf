/**
 * Runs the sides in turn, A B A B, so that whatever else the machine does falls on all of them alike. The first
 * `warmUps` rounds are thrown away.
 */
export async function interleave<Side extends string, Sample>(
  sides: Readonly<Record<Side, () => Promise<Sample>>>,
  { rounds, warmUps = 1 }: { readonly rounds: number; readonly warmUps?: number },
): Promise<Record<Side, Sample[]>> {
  const names = Object.keys(sides) as Side[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Side, Sample[]>;
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of names) {
      const sample = await sides[name]();
      if (round >= 0) samples[name].push(sample);
    }
  }
  return samples;
}
