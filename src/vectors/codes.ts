/**
 * Vectors as the scan reads them. A stored vector becomes one signed byte a dimension and a step of its own, the
 * largest number over 127, so that one outlier does not coarsen all the others. A query becomes sixteen bits a
 * dimension, as many as keep the sum within 32 bits: its rounding is then of no account beside that of the bytes.
 *
 * What the scan finds is off by the rounding of the bytes alone. Rounding errors of the dimensions are independent and
 * spread evenly over one step, so the error of a cosine has a standard deviation of step / sqrt(12) however many
 * dimensions there are. Whoever needs the true order compares the true cosine with the scores at a distance of
 * `uncertainty`, six of them.
 */

const mostCode = 127;
const deviations = 6;

/** The number of codes a row: the dimensions, filled up with zeros to whole steps of the scan. */
export function widthOf(dimensions: number): number {
  return Math.ceil(dimensions / 16) * 16;
}

/** Writes the codes of a vector of unit length; returns its step. */
export function encodeVector(vector: Float32Array, codes: Int8Array): number {
  const step = Math.fround(largest(vector) / mostCode);
  const perStep = 1 / step;
  for (let at = 0; at < vector.length; at += 1) codes[at] = rounded((vector[at] as number) * perStep);
  codes.fill(0, vector.length);
  return step;
}

/** The query as codes of its own width; `scale` turns a score of the scan into a cosine. */
export function encodeQuery(vector: Float32Array): { readonly codes: Int16Array; readonly scale: number } {
  const codes = new Int16Array(widthOf(vector.length));
  const mostQueryCode = Math.min(0x7fff, Math.floor(0x7fff_ffff / (mostCode * codes.length)));
  const step = largest(vector) / mostQueryCode;
  for (let at = 0; at < vector.length; at += 1) codes[at] = rounded((vector[at] as number) / step);
  return { codes, scale: step };
}

/** How far a score, scaled, may be from the cosine, where no vector has a larger step. */
export function uncertainty(largestStep: number): number {
  return (deviations / Math.sqrt(12)) * largestStep;
}

function rounded(value: number): number {
  return Math.floor(value + 0.5);
}

function largest(vector: Float32Array): number {
  let most = 0;
  for (let at = 0; at < vector.length; at += 1) most = Math.max(most, Math.abs(vector[at] as number));
  return most;
}
