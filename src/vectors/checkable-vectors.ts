import type { StoreFinding } from "../core/store-check.ts";
import type { VectorStore } from "../core/vector-store.ts";

/** A store of vectors that may be able to say what is wrong with it. */
export interface CheckableVectors extends VectorStore {
  check?(): Promise<readonly StoreFinding[]>;
}
