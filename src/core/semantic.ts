/** The words of the semantic layer that others need: how far it may go, what it found, and why it found nothing. */

/** `observe`: decides and counts what it would have saved, and serves nothing. */
export type SemanticMode = "off" | "observe" | "serve";

/**
 * How a stored question was found. `normal`: the same text but for case, space and closing punctuation. `judged`: a judge
 * has said that the two ask the same. `signature`: the same content in the same order, politeness, contractions and slips
 * aside. `vector`: near by its vector.
 */
export type SemanticTier = "normal" | "judged" | "signature" | "vector";

/** Why no stored answer to another question was served. A name once published stays. */
export const semanticRefusals = Object.freeze([
  /** The request does not end with one text of the user. */
  "no_question",
  /** It offers tools, and the configuration does not allow such questions. */
  "tools",
  /** It holds images, sound or files, and the configuration does not allow such questions. */
  "media",
  /** It wants JSON, and the configuration does not allow such questions. */
  "structured",
  /** Several answers are kept for it. */
  "variants",
  /** The text says nothing. */
  "empty",
  /** The text is longer than the bound. */
  "too_long",
  /** Its answer changes with the time or with who asks. */
  "volatile",
  /** It holds what nobody writes who asks something, and may have been made to collide with other questions. */
  "noise",
  /** Nobody knows who asks, and the configuration lets such callers neither add to what is known nor use it. */
  "anonymous",
  /** What is like it was asked by another member of the shared scope, and too few others have got the same answer. */
  "quarantine",
  /** Nothing like it is stored. */
  "no_candidate",
  /** Guards vetoed all that is like it. */
  "guard",
  /** What is like it is not like it enough. */
  "threshold",
  /** What is like it was reported as a wrong answer to it. */
  "blocked",
  /** What would have answered is gone, past its time or invalidated. */
  "dead",
  /** The embedder failed. */
  "embedder_unavailable",
  /** The embedder was slower than its budget. */
  "embedder_slow",
  /** The embedder returned what is no vector, or one of another length. */
  "vector_invalid",
  /** The store of vectors failed or was too slow. */
  "vectors_unavailable",
  /** The store of answers failed or was too slow. */
  "store_unavailable",
  /** Something failed that should not have; the call went on without it. */
  "failed",
  /** The files of the built-in model cannot be used. */
  "model_unavailable",
] as const);
export type SemanticRefusal = (typeof semanticRefusals)[number];

/** A stored question that no guard vetoed. */
export interface SemanticCandidate {
  /** Where its answer stands in the exact layer. */
  readonly slot: string;
  readonly tier: SemanticTier;
  /** Cosine of the two vectors, from 0 to 1; `undefined` where none was needed. */
  readonly similarity: number | undefined;
  /** How likely its answer is right, from 0 to 1, as far as the scorer knows. */
  readonly score: number;
}
