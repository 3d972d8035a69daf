import type { Cleared } from "../core/key-rows.ts";
import { isScrubbable } from "../core/scrub.ts";
import type { VectorStore } from "../core/vector-store.ts";

/** Sees to it that the bytes of vectors that were removed are gone from the files of their store, where it can. */
export async function scrubVectors(store: VectorStore): Promise<Cleared> {
  if (isScrubbable(store)) return store.scrub();
  const note = `Vectors and their questions were removed from ${store.name}; its files may hold their bytes until others take their place.`;
  return { isErased: false, notes: [note] };
}
