import { RepriseError } from "../../../core/errors.ts";

/**
 * Gradient-boosted decision trees: the sum of one leaf of each tree is a log-odds. The form is flat, so that a model of
 * a few thousand leaves is read and walked quickly: the nodes of all trees in one list, each either a split (a feature, a
 * limit, and where to go on when the value is at most that limit or above it) or a leaf.
 */

export interface Trees {
  readonly features: readonly string[];
  /** Index of the first node of each tree. */
  readonly roots: readonly number[];
  /** By node; -1 for a leaf. */
  readonly split: readonly number[];
  /** The limit of a split, the value of a leaf. */
  readonly value: readonly number[];
  /** Where to go on at or below the limit, and above it. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Added to the sum. */
  readonly base: number;
}

/** Log-odds. */
export function sumOfTrees(trees: Trees, features: ArrayLike<number>): number {
  let sum = trees.base;
  for (const root of trees.roots) {
    let node = root;
    for (let feature = trees.split[node] as number; feature >= 0; feature = trees.split[node] as number)
      node = (
        (features[feature] as number) <= (trees.value[node] as number) ? trees.low[node] : trees.high[node]
      ) as number;
    sum += trees.value[node] as number;
  }
  return sum;
}

/** Throws `RepriseError` for what is none, or was made for other features: nothing is guessed. */
export function readTrees(value: unknown, features: readonly string[]): Trees {
  const trees = value as Partial<Trees> | null;
  const lists = [trees?.roots, trees?.split, trees?.value, trees?.low, trees?.high];
  const isSound =
    Array.isArray(trees?.features) &&
    trees.features.length === features.length &&
    trees.features.every((name, index) => name === features[index]) &&
    typeof trees.base === "number" &&
    lists.every(
      (list) => Array.isArray(list) && list.every((one) => typeof one === "number" && Number.isFinite(one)),
    ) &&
    isWalkable(trees as Trees, features.length);
  if (isSound) return trees as Trees;
  throw new RepriseError("model_unavailable", {
    message: "The scorer's trees are not those that this version walks.",
    remedy: "Install the package anew.",
  });
}

/** Every way through a tree goes forward, so it ends. */
function isWalkable({ roots, split, value, low, high }: Trees, features: number): boolean {
  const nodes = split.length;
  if (value.length !== nodes || low.length !== nodes || high.length !== nodes) return false;
  const isAhead = (node: number, next: number | undefined) =>
    next !== undefined && Number.isInteger(next) && next > node && next < nodes;
  return (
    roots.every((root) => isAhead(-1, root)) &&
    split.every(
      (feature, node) =>
        feature < 0 ||
        (Number.isInteger(feature) && feature < features && isAhead(node, low[node]) && isAhead(node, high[node])),
    )
  );
}
