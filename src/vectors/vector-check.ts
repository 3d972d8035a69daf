import type { VectorItem, VectorSpace } from "../core/vector-store.ts";
import { InvalidVectorError } from "./invalid-vector-error.ts";

/** What every vector store asks of a vector before it keeps it or looks for it. */

/** Beyond it no embedding model goes; sums of the scan stay within 32 bits. */
export const mostDimensions = 8_192;

/** How far the square of the length may be from 1: models that compute in 16 bits are off by some thousandths. */
const lengthTolerance = 0.02;

/** @throws InvalidVectorError */
export function assertVector({ dimensions, model }: VectorSpace, vector: Float32Array): void {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > mostDimensions) {
    throw new InvalidVectorError(
      `a space has 1 to ${mostDimensions} dimensions, not ${dimensions}`,
      "use a model, or a shortened form of it, with fewer dimensions",
    );
  }
  if (vector.length !== dimensions) {
    throw new InvalidVectorError(
      `a vector of ${JSON.stringify(model)} has ${dimensions} dimensions, not ${vector.length}`,
      "give vectors of another length a space, or a model name, of their own",
    );
  }
  let square = 0;
  for (let at = 0; at < vector.length; at += 1) square += (vector[at] as number) ** 2;
  if (!Number.isFinite(square)) {
    throw new InvalidVectorError("a vector holds NaN or an infinity", "check what the embedder returned");
  }
  if (square === 0) {
    throw new InvalidVectorError(
      "a vector of zeros has no direction",
      "do not look for texts that the embedder knows nothing of",
    );
  }
  if (Math.abs(square - 1) > lengthTolerance) {
    throw new InvalidVectorError(
      `a vector has length ${Math.sqrt(square).toPrecision(3)}, not 1`,
      "divide each number of it by its length",
    );
  }
}

/** @throws InvalidVectorError */
export function assertItem(space: VectorSpace, { vector, deleteAt }: VectorItem): void {
  assertVector(space, vector);
  if (Number.isNaN(deleteAt)) {
    throw new InvalidVectorError("deleteAt is NaN", "give milliseconds since the epoch, or Infinity for never");
  }
}
