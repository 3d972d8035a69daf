import { LRUCache } from "lru-cache";
import type { Billed } from "../core/cost.ts";
import type { Embedder } from "../core/embedder.ts";
import { type ModelAsk, silentTrace } from "../core/trace.ts";
import { createEmbeddings, type Embed, type EmbeddingsParts } from "../library/library-embeddings.ts";

/**
 * The vectors of an embedder that is a server, kept in the embedding layer: a text is embedded once for a tenant,
 * whoever of it asks, and again by nobody after a restart.
 */

export interface KeptVectorsParts {
  readonly embedder: Embedder;
  readonly embeddings: Omit<EmbeddingsParts, "tenant">;
  /** Hears what the embedder was paid for. */
  readonly onBilled: (billed: Billed) => void;
  readonly onAsked: (ask: ModelAsk) => void;
}

/** Tenants whose function is kept at hand; to make it again takes some microseconds. */
const mostTenants = 1_000;

export class KeptVectors {
  readonly #parts: KeptVectorsParts;
  readonly #byTenant = new LRUCache<string, Embed>({ max: mostTenants });

  constructor(parts: KeptVectorsParts) {
    this.#parts = parts;
  }

  async embed(tenant: string, texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
    const vectors = await this.#of(tenant)(texts, { signal });
    return vectors.map((vector) => Float32Array.from(vector));
  }

  #of(tenant: string): Embed {
    const known = this.#byTenant.get(tenant);
    if (known !== undefined) return known;
    const { embedder, embeddings, onAsked, onBilled } = this.#parts;
    // These are no calls of anybody: the trace hears of them as part of the look at a like question.
    const embed = createEmbeddings({ ...embeddings, trace: silentTrace, tenant })(
      (texts, options) => Promise.resolve(embedder.embed(texts, options.signal, onBilled, onAsked)),
      { model: embedder.name },
    );
    this.#byTenant.set(tenant, embed);
    return embed;
  }
}
