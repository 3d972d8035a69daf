import type { Clock } from "../core/clock.ts";
import type { SemanticTools } from "../semantic-assembly.ts";
import { memoryShares } from "../storage/memory-shares.ts";
import { isMemoryUrl } from "../stores/store-url.ts";
import { boundOfVectors } from "../vectors/vector-bounds.ts";
import { type VectorsSurroundings, vectorsFromUrl } from "../vectors/vectors-url.ts";
import type { GatewayConfig } from "./config.ts";

/** What the semantic layer of a gateway works with, by section `layers.semantic`. */

export interface SemanticToolsParts {
  readonly clock: Clock;
  /** Hears of damage and of writes that fail. */
  readonly onWarning: (message: string) => void;
}

/** Opens nothing: what is not used costs a start nothing. */
export function semanticToolsOf(config: GatewayConfig, parts: SemanticToolsParts): SemanticTools {
  return { vectors: vectorsFromUrl(config.layers.semantic.vectors, vectorsSurroundings(config, parts)) };
}

/** Vectors of answers that end with the process end with it too. */
export function vectorsSurroundings(config: GatewayConfig, parts: SemanticToolsParts): VectorsSurroundings {
  const directory = isMemoryUrl(config.store.url) ? undefined : config.data.directory;
  const maxBytes = boundOfVectors(memoryShares(config.store.memoryBytes).vectors);
  return { ...parts, directory, maxVectors: config.layers.semantic.maxVectors, maxBytes };
}
