import type { EmbeddingModelV4 } from "@ai-sdk/provider";
import { embedMany, wrapEmbeddingModel } from "ai";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";
import { embeddingModelCache } from "./ai-sdk.ts";

describe("embeddingModelCache", () => {
  it("embeds every text once, and only texts that are new", async () => {
    const cache = await createCache();
    onTestFinished(() => cache.close());
    const asked: string[][] = [];
    const inner: EmbeddingModelV4 = {
      specificationVersion: "v4",
      provider: "scripted",
      modelId: "e-1",
      maxEmbeddingsPerCall: 100,
      supportsParallelCalls: true,
      async doEmbed({ values }) {
        asked.push(values);
        return { embeddings: values.map((text) => [text.length, 0.5]), usage: { tokens: values.length }, warnings: [] };
      },
    };
    const model = wrapEmbeddingModel({ model: inner, middleware: embeddingModelCache(cache) });
    const first = await embedMany({ model, values: ["a", "bb", "a"] });
    expect(first.embeddings).toEqual([
      [1, 0.5],
      [2, 0.5],
      [1, 0.5],
    ]);
    const second = await embedMany({ model, values: ["ccc", "bb", "a"] });
    expect(second.embeddings).toEqual([
      [3, 0.5],
      [2, 0.5],
      [1, 0.5],
    ]);
    expect(second.usage.tokens).toBe(1);
    expect((await embedMany({ model, values: ["a"] })).usage.tokens).toBe(0);
    expect(asked).toEqual([["a", "bb"], ["ccc"]]);
    await embedMany({ model, values: ["a"], providerOptions: { openai: { dimensions: 2 } } });
    expect(asked).toHaveLength(3);
  });

  it("refuses a reply that does not have one vector for each text, and keeps nothing of it", async () => {
    const cache = await createCache();
    onTestFinished(() => cache.close());
    let embeddings: number[][] = [[1], [2], [3]];
    const inner: EmbeddingModelV4 = {
      specificationVersion: "v4",
      provider: "scripted",
      modelId: "e-1",
      maxEmbeddingsPerCall: 100,
      supportsParallelCalls: true,
      doEmbed: async () => ({ embeddings, warnings: [] }),
    };
    const model = wrapEmbeddingModel({ model: inner, middleware: embeddingModelCache(cache) });
    for (const bad of [[[1]], [[1], [2], [3]], [[1], [1, 2]], [[1], [Number.NaN]]]) {
      embeddings = bad;
      await expect(model.doEmbed({ values: ["a", "b"] })).rejects.toThrow("The embedding model gave");
    }
    embeddings = [[1], [2]];
    expect((await model.doEmbed({ values: ["a", "b"] })).embeddings).toEqual([[1], [2]]);
  });
});
