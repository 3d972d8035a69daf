import type { EmbeddingModelV4, EmbeddingModelV4CallOptions, EmbeddingModelV4Result } from "@ai-sdk/provider";
import type { Cache } from "../cache.ts";
import { type CallWishes, wrapOptionsOf } from "./ai-sdk-call.ts";

export interface EmbedCall {
  readonly cache: Cache;
  readonly options: CallWishes;
  readonly params: EmbeddingModelV4CallOptions;
  readonly model: EmbeddingModelV4;
  readonly doEmbed: () => PromiseLike<EmbeddingModelV4Result>;
}

/** `usage` and the rest are those of the calls that were made for the new texts; without one, no tokens were used. */
export async function embedThroughCache(call: EmbedCall): Promise<EmbeddingModelV4Result> {
  const { cache, options, params, model, doEmbed } = call;
  const { values, abortSignal, ...others } = params;
  const wishes = wrapOptionsOf("ai-sdk-vector", others, model, options);
  if (wishes === undefined) return doEmbed();
  const { key, refresh = false, ...kept } = wishes;
  let made: EmbeddingModelV4Result | undefined;
  let tokens = 0;
  const embed = cache.embeddings(
    async (texts, { signal }) => {
      made = await model.doEmbed({ ...others, values: [...texts], abortSignal: signal });
      tokens += made.usage?.tokens ?? 0;
      return made.embeddings;
    },
    // How many texts one call may have, the AI SDK has seen to.
    { ...kept, model: model.modelId, parameters: key, batchSize: Math.max(1, values.length) },
  );
  const embeddings = await embed(values, { refresh, ...(abortSignal && { signal: abortSignal }) });
  return { warnings: [], ...made, usage: { tokens }, embeddings };
}
