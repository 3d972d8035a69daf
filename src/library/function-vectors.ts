import { bytesOfNumbers, hasOnlyFinite } from "../core/vector.ts";
import type { BatchFailure } from "../embeddings/embedding-batch.ts";

/** What a function of the program returned for some texts: vectors of 32-bit floats, or why they are of no use. */

export type VectorsRead =
  | { readonly ok: true; readonly vectors: readonly Uint8Array[] }
  | { readonly ok: false; readonly failure: Extract<BatchFailure, { kind: "unusable" }> };

/** `positions`: where the texts stand in the caller's list, for messages. */
export function readVectors(
  returned: unknown,
  positions: readonly number[],
  dimensions: number | undefined,
): VectorsRead {
  if (!Array.isArray(returned)) return unusable("wrong_count", "The embedding model gave no array of vectors");
  const given: readonly unknown[] = returned;
  if (given.length !== positions.length)
    return unusable("wrong_count", `The embedding model gave ${given.length} vectors for ${positions.length} texts`);
  const vectors: Uint8Array[] = [];
  let length = dimensions;
  for (const [index, vector] of given.entries()) {
    const text = `text ${positions[index]}`;
    if (!isNumbers(vector))
      return unusable("not_numbers", `The embedding model gave something for ${text} that is not an array of numbers`);
    if (vector.length === 0) return unusable("wrong_length", `The embedding model gave an empty vector for ${text}`);
    length ??= vector.length;
    if (vector.length !== length)
      return unusable(
        "wrong_length",
        `The embedding model gave a vector of ${vector.length} numbers for ${text} and not of ${length}`,
      );
    const bytes = bytesOfNumbers(vector);
    if (!hasOnlyFinite(bytes))
      return unusable("not_finite", `The embedding model gave a number for ${text} that is not a finite 32-bit float`);
    vectors.push(bytes);
  }
  return { ok: true, vectors };
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  if (value instanceof Float32Array || value instanceof Float64Array) return true;
  return Array.isArray(value) && value.every((element) => typeof element === "number");
}

function unusable(code: string, message: string): Extract<VectorsRead, { ok: false }> {
  return { ok: false, failure: { kind: "unusable", code, message } };
}
