import { firstDifference } from "./look-alikes.ts";

/** What the hand did: two letters in the wrong order, a letter left out, one written twice, one added, or one changed. */
export type SlipKind = "swapped" | "left out" | "doubled" | "added" | "changed";

/** What makes `slip` of `meant`, which are one slip apart, and the place of the first letter that differs. */
export function slipKindOf(meant: string, slip: string): { readonly kind: SlipKind; readonly at: number } {
  const at = firstDifference(meant, slip);
  if (slip.length < meant.length) return { kind: "left out", at };
  if (slip.length > meant.length) return { kind: at > 0 && slip[at] === slip[at - 1] ? "doubled" : "added", at };
  const isSwap = at + 1 < meant.length && meant[at] === slip[at + 1] && meant[at + 1] === slip[at];
  return { kind: isSwap ? "swapped" : "changed", at };
}
