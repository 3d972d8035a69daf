/** Numbers over time as one line of blocks, each as high as its share of the largest; what is not known is a dot. */

const blocks = "▁▂▃▄▅▆▇█";

export function sparkline(values: readonly (number | null)[]): string {
  const top = Math.max(0, ...values.map((value) => value ?? 0));
  return values.map((value) => blockOf(value, top)).join("");
}

function blockOf(value: number | null, top: number): string {
  if (value === null) return "·";
  // Nothing, and less than nothing, lies on the ground; the least that is something does not.
  if (value <= 0) return blocks[0] as string;
  return blocks[Math.max(1, Math.round((value / top) * (blocks.length - 1)))] as string;
}

/** As many values as there is room for, each the sum of its neighbours; of what is no count, the largest. */
export function squeezed(
  values: readonly (number | null)[],
  most: number,
  combine: "sum" | "largest" = "sum",
): readonly (number | null)[] {
  if (values.length <= most) return values;
  const each = Math.ceil(values.length / most);
  // Groups end at the newest value, so that the last one is whole.
  const first = values.length % each;
  const groups = Array.from({ length: Math.ceil((values.length - first) / each) }, (_, index) =>
    values.slice(first + index * each, first + (index + 1) * each),
  );
  return [...(first > 0 ? [values.slice(0, first)] : []), ...groups].map((group) => {
    const known = group.filter((value) => value !== null);
    if (known.length === 0) return null;
    return combine === "sum" ? known.reduce((sum, value) => sum + value, 0) : Math.max(...known);
  });
}
