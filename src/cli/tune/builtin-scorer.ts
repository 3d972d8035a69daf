import { systemRandom } from "../../core/clock.ts";
import type { Embedder } from "../../core/embedder.ts";
import { builtinLexicon } from "../../embedders/lexicon.ts";
import { likenessBy } from "../../embedders/likeness.ts";
import { scorerFile } from "../../embedders/scorer.ts";
import { type MeasuredScorer, readScorerFile } from "../../layers/semantic/scoring/scorer-file.ts";
import { VerifiedDeciding } from "../../layers/semantic/verified-deciding.ts";
import { type PairScorer, pairScorer } from "./pair-likeness.ts";

/** What comes with the package, put together as the gateway does it for its own embedder. */

export function measured(embedder: Embedder): MeasuredScorer {
  return readScorerFile(scorerFile(), likenessBy(embedder)).static;
}

export function scorerOfPairs(embedder: Embedder): PairScorer {
  const known = measured(embedder);
  // Nothing is decided here, so the target says nothing.
  const deciding = new VerifiedDeciding({
    lexicon: builtinLexicon,
    measured: () => known,
    target: 0.01,
    random: systemRandom,
  });
  return pairScorer(embedder, builtinLexicon(), deciding);
}
