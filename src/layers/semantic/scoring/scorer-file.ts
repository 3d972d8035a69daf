import { hash } from "node:crypto";
import { RepriseError } from "../../../core/errors.ts";
import { probabilityOf } from "../boundary/score-scale.ts";
import type { ScoreCounts } from "../boundary/tier-evidence.ts";
import { countsIn } from "../boundary/tier-state.ts";
import { featureNames, featuresOf } from "./features.ts";
import type { Scorer } from "./scorer.ts";
import { readTrees, sumOfTrees } from "./trees.ts";

/**
 * The file that `training/scorer.py` writes: for each family of embedders the trees of a scorer, and how often each score
 * was right and wrong on questions that were held out.
 *
 *   { "format": 1, "name": ..., "sha256": of the text of families, "families": { "static": ..., "sentence": ... } }
 */

/** `static`: vectors of words, averaged, as the built-in embedder's. `sentence`: those of a network that reads a sentence. */
export type EmbedderFamily = "static" | "sentence";

export interface MeasuredScorer {
  readonly scorer: Scorer;
  /** By tier. */
  readonly shipped: Readonly<Record<"signature" | "vector", ScoreCounts>>;
}

/** From 0 to 1. */
export type Likeness = (one: string, other: string) => number;

const format = 1;
const head = '"families": ';

/**
 * `likeness`: the cosine of the built-in vectors of two texts, or of two words. Throws `RepriseError` with code `model_unavailable` for a
 * file that is damaged, or of another version.
 */
export function readScorerFile(text: string, likeness: Likeness): Readonly<Record<EmbedderFamily, MeasuredScorer>> {
  const at = text.indexOf(head);
  const body = text.slice(at + head.length, text.lastIndexOf("}"));
  let file: { readonly format?: unknown; readonly sha256?: unknown; readonly families?: Record<string, unknown> };
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw unusable("it is no JSON", cause);
  }
  if (file.format !== format) throw unusable(`its format is ${String(file.format)}, and this version reads ${format}`);
  if (at < 0 || file.sha256 !== hash("sha256", body, "hex")) throw unusable("its checksum is wrong");
  return {
    static: familyIn(file.families, "static", likeness),
    sentence: familyIn(file.families, "sentence", likeness),
  };
}

function familyIn(
  families: Record<string, unknown> | undefined,
  name: EmbedderFamily,
  likeness: Likeness,
): MeasuredScorer {
  const family = families?.[name] as { readonly trees?: unknown; readonly tiers?: Record<string, unknown> } | undefined;
  const trees = readTrees(family?.trees, featureNames);
  const [signature, vector] = [countsIn(family?.tiers?.["signature"]), countsIn(family?.tiers?.["vector"])];
  if (signature === undefined || vector === undefined) throw unusable(`it lacks the counts of ${name}`);
  return {
    scorer(pair, similarity) {
      const known = name === "static" ? similarity : undefined;
      const texts = known ?? likeness(pair.asked.text, pair.found.text);
      return probabilityOf(sumOfTrees(trees, featuresOf(pair, similarity, { texts, words: likeness })));
    },
    shipped: { signature, vector },
  };
}

function unusable(problem: string, cause?: unknown): RepriseError {
  const message = `The scorer's file cannot be used: ${problem}.`;
  return new RepriseError("model_unavailable", { message, cause, remedy: "Install the package anew." });
}
