import { InvalidOptionError } from "../core/errors.ts";
import type { Sealer } from "../core/sealer.ts";
import type { VectorStore } from "../core/vector-store.ts";
import { SealedNotes } from "./sealed-notes.ts";

export const plainVectorsRemedy =
  "Keep vectors in the data folder (`embedded`), or set security.plainVectors, which leaves the numbers open and seals the texts.";

/**
 * The vectors as they are with sealing on. `mayLieOpen`: numbers that a server has to compare may be stored as they are.
 *
 * @throws InvalidOptionError where they would have to, and may not.
 */
export function sealedVectors(vectors: VectorStore, sealer: Sealer | undefined, mayLieOpen: boolean): VectorStore {
  if (sealer === undefined) return vectors;
  if (vectors.sealWith !== undefined) {
    vectors.sealWith(sealer);
    return vectors;
  }
  if (mayLieOpen) return new SealedNotes(vectors, sealer);
  const message = `vectors in ${vectors.name} cannot be sealed: it has to compare their numbers.`;
  throw new InvalidOptionError("vectors", { message, remedy: plainVectorsRemedy });
}
