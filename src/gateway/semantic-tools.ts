import { join } from "node:path";
import process from "node:process";
import type { Clock } from "../core/clock.ts";
import { defined } from "../core/defined.ts";
import type { Embedder } from "../core/embedder.ts";
import type { Judge } from "../core/judge.ts";
import { builtin } from "../embedders/builtin.ts";
import { openAiCompatible } from "../embedders/openai-compatible.ts";
import { transformers } from "../embedders/transformers.ts";
import { openAiCompatibleJudge } from "../judges/openai-compatible.ts";
import type { SemanticTools } from "../semantic-assembly.ts";
import { isMemoryUrl } from "../stores/store-url.ts";
import { type VectorsSurroundings, vectorsFromUrl } from "../vectors/vectors-url.ts";
import type { GatewayConfig } from "./config.ts";
import { guardedFetch, type NetworkRules } from "./network/guarded-agent.ts";

/** What the semantic layer of a gateway works with, by section `layers.semantic`. */

export interface SemanticToolsParts {
  readonly clock: Clock;
  /** Hears of damage and of writes that fail. */
  readonly onWarning: (message: string) => void;
  /** Hears what is downloaded. */
  readonly onNotice?: (message: string) => void;
  /** Hears of connections that were not made. */
  readonly onRefused?: NetworkRules["onRefused"] | undefined;
}

/** Opens nothing: what is not used costs a start nothing. */
export function semanticToolsOf(config: GatewayConfig, parts: SemanticToolsParts): SemanticTools {
  const { semantic } = config.layers;
  const judge = judgeOf(config, parts);
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

function embedderOf(config: GatewayConfig, parts: SemanticToolsParts): Embedder {
  const { clock, onNotice } = parts;
  const { kind, url, model = "", apiKey, revision, quantized } = config.layers.semantic.embedder;
  if (kind === "builtin") return builtin();
  if (kind === "openai-compatible") {
    const fetch = fetchOf(config, parts, url ?? "");
    return openAiCompatible({ url: url ?? "", model, clock, fetch, ...defined({ apiKey }) });
  }
  const hub = url ?? process.env["HF_ENDPOINT"] ?? "https://huggingface.co";
  const given = {
    hub,
    fetch: fetchOf(config, parts, hub),
    ...defined({ token: apiKey, revision, onProgress: onNotice }),
  };
  return transformers({ model, quantized, clock, directory: join(config.data.directory, "models"), ...given });
}

function judgeOf(config: GatewayConfig, parts: SemanticToolsParts): Judge | undefined {
  const { judge } = config.layers.semantic;
  if (judge === undefined) return undefined;
  const { url, model, apiKey, perMinute } = judge;
  const fetch = fetchOf(config, parts, url);
  return openAiCompatibleJudge({ url, model, perMinute, clock: parts.clock, fetch, ...defined({ apiKey }) });
}

/** Leads only where it may; a hub of models sends elsewhere for its files. */
function fetchOf({ security }: GatewayConfig, { onRefused }: SemanticToolsParts, url: string): typeof globalThis.fetch {
  return guardedFetch({ allowPrivate: security.allowPrivateUpstreams, onRefused }, url);
}
