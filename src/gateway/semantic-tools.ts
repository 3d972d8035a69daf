import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { defined } from "../core/defined.ts";
import type { Embedder } from "../core/embedder.ts";
import type { Judge } from "../core/judge.ts";
import { builtin } from "../embedders/builtin.ts";
import { openAiCompatible } from "../embedders/openai-compatible.ts";
import { transformers } from "../embedders/transformers.ts";
import { openAiCompatibleJudge } from "../judges/openai-compatible.ts";
import type { SemanticTools } from "../semantic-assembly.ts";
import type { SemanticSettings } from "../semantic-options.ts";
import { isMemoryUrl } from "../stores/store-url.ts";
import { type VectorsSurroundings, vectorsFromUrl } from "../vectors/vectors-url.ts";
import type { GatewayConfig } from "./config.ts";

/** What the semantic layer of a gateway works with, by section `layers.semantic`. */

export interface SemanticToolsParts {
  readonly clock: Clock;
  /** Hears of damage and of writes that fail. */
  readonly onWarning: (message: string) => void;
  /** Hears what is downloaded. */
  readonly onNotice?: (message: string) => void;
}

/** Opens nothing: what is not used costs a start nothing. */
export function semanticToolsOf(config: GatewayConfig, parts: SemanticToolsParts): SemanticTools {
  const { semantic } = config.layers;
  const judge = judgeOf(semantic, parts.clock);
  return {
    embedder: embedderOf(config, parts),
    vectors: vectorsFromUrl(semantic.vectors, vectorsSurroundings(config, parts)),
    ...(judge && { judge }),
  };
}

/** Vectors of answers that end with the process end with it too. */
export function vectorsSurroundings(config: GatewayConfig, parts: SemanticToolsParts): VectorsSurroundings {
  const directory = isMemoryUrl(config.store.url) ? undefined : config.data.directory;
  return { ...parts, directory, maxVectors: config.layers.semantic.maxVectors };
}

function embedderOf({ layers, data }: GatewayConfig, { clock, onNotice }: SemanticToolsParts): Embedder {
  const { kind, url, model = "", apiKey, revision, quantized } = layers.semantic.embedder;
  if (kind === "openai-compatible") return openAiCompatible({ url: url ?? "", model, clock, ...defined({ apiKey }) });
  if (kind === "builtin") return builtin();
  const given = defined({ hub: url, token: apiKey, revision, onProgress: onNotice });
  return transformers({ model, quantized, clock, directory: join(data.directory, "models"), ...given });
}

function judgeOf({ judge }: SemanticSettings, clock: Clock): Judge | undefined {
  if (judge === undefined) return undefined;
  const { url, model, apiKey, perMinute } = judge;
  return openAiCompatibleJudge({ url, model, perMinute, clock, ...defined({ apiKey }) });
}
