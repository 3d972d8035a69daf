import type { EmbeddingModelV4, EmbeddingModelV4CallOptions, EmbeddingModelV4Result } from "@ai-sdk/provider";
import type { Cache } from "../cache.ts";
import type { WrapOptions } from "../wrap.ts";
import { type CallWishes, wrapOptionsOf } from "./ai-sdk-call.ts";
import { vectorsThroughCache } from "./vectors-through-cache.ts";

export interface EmbedCall {
  readonly cache: Cache;
  readonly options: CallWishes;
  readonly params: EmbeddingModelV4CallOptions;
  readonly model: EmbeddingModelV4;
  readonly doEmbed: () => PromiseLike<EmbeddingModelV4Result>;
}

/** `usage` and the rest are those of the call that was made for the new texts; without one, no tokens were used. */
export async function embedThroughCache(call: EmbedCall): Promise<EmbeddingModelV4Result> {
  const { cache, options, params, model, doEmbed } = call;
  const { values, ...others } = params;
  const optionsFor = new Map<string, WrapOptions>();
  for (const text of values) {
    const wishes = wrapOptionsOf("ai-sdk-vector", { ...others, text } as typeof others, model, options);
    if (wishes === undefined) return doEmbed();
    optionsFor.set(text, wishes);
  }
  let made: EmbeddingModelV4Result | undefined;
  const embeddings = await vectorsThroughCache(
    cache,
    values,
    (text) => optionsFor.get(text) as WrapOptions,
    async (missing) => {
      made = await (missing.length === values.length ? doEmbed() : model.doEmbed({ ...params, values: missing }));
      return made.embeddings;
    },
  );
  return { warnings: [], usage: { tokens: 0 }, ...made, embeddings };
}
