import type { Outcome } from "../../src/core/outcome.ts";
import type { SavedBy } from "../../src/core/trace.ts";

/** Layers and outcomes in the order and the words in which they are shown. */

export const layers: readonly { readonly name: SavedBy; readonly title: string }[] = [
  { name: "exact", title: "Exact" },
  { name: "semantic", title: "Semantic" },
  { name: "embedding", title: "Embedding" },
  { name: "prefix", title: "Prefix" },
  { name: "edge", title: "Edge" },
  { name: "coalescing", title: "Coalescing" },
];

/** From the bottom of a column to its top: first what cost nothing. */
export const outcomes: readonly Outcome["kind"][] = ["hit", "stale", "coalesced", "refresh", "miss", "bypass", "error"];

/** As of a word that begins a line. */
export function titled(word: string): string {
  const spaced = word.replaceAll(/[_-]/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
