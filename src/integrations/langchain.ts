import { BaseCache, deserializeStoredGeneration, serializeGeneration } from "@langchain/core/caches";
import { Embeddings, type EmbeddingsInterface } from "@langchain/core/embeddings";
import type { StoredGeneration } from "@langchain/core/messages";
import type { Generation } from "@langchain/core/outputs";
import { LRUCache } from "lru-cache";
import type { Cache } from "../cache.ts";
import type { Embed } from "../library/library-embeddings.ts";
import type { ValueOptions } from "../library/value-shelf.ts";
import type { ValueTicket } from "../library/values.ts";
import { mayKeep } from "./langchain-admission.ts";
import { fromTagged, toTagged } from "./tagged-json.ts";

/**
 * LangChain's own cache interface, and embeddings. LangChain looks up and stores in two calls and keys a chat by a text
 * that it makes of the messages, in which an image is just "[image]". A prompt that may stand for such content is
 * never answered from here: two pictures must not share an answer.
 */

export type LangChainCacheOptions = Omit<ValueOptions, "key">;

interface StoredWithInfo {
  readonly generation: StoredGeneration;
  readonly info?: Record<string, unknown>;
}

/** Look-ups without an answer, whose answer may still come. */
const mostOpen = 10_000;

/** What `getBufferString` writes in place of content that is not text. */
const placeholder = /\[[a-z][a-z0-9_-]*(?: file)?\](?!\()/;

/**
 * @example
 * const model = new ChatOpenAI({ model: "gpt-4o-mini", cache: new LangChainCache(cache) });
 */
export class LangChainCache extends BaseCache {
  readonly #cache: Cache;
  readonly #options: LangChainCacheOptions;
  readonly #open = new LRUCache<string, ValueTicket>({ max: mostOpen });

  constructor(cache: Cache, options: LangChainCacheOptions = {}) {
    super();
    this.#cache = cache;
    this.#options = options;
  }

  async lookup(prompt: string, llmKey: string): Promise<Generation[] | null> {
    if (placeholder.test(prompt)) return null;
    const key = this.keyEncoder(prompt, llmKey);
    const looked = await this.#cache.values.get<StoredWithInfo[]>(this.#optionsFor(prompt, llmKey));
    if (looked.found) return generationsOf(looked.value);
    this.#open.set(key, looked.since);
    return null;
  }

  async update(prompt: string, llmKey: string, value: Generation[]): Promise<void> {
    if (placeholder.test(prompt)) return;
    const key = this.keyEncoder(prompt, llmKey);
    const since = this.#open.get(key);
    this.#open.delete(key);
    if (!value.every(mayKeep)) return;
    await this.#cache.values.set(this.#optionsFor(prompt, llmKey), toTagged(value.map(stored)), since);
  }

  #optionsFor(prompt: string, llmKey: string): ValueOptions {
    return { ...this.#options, key: ["langchain-answer", this.keyEncoder(prompt, llmKey)] };
  }
}

function stored(generation: Generation): StoredWithInfo {
  const { generationInfo: info } = generation;
  return { generation: serializeGeneration(generation), ...(info && { info }) };
}

/** What LangChain cannot read any more, say after an upgrade, is a miss. */
function generationsOf(value: unknown): Generation[] | null {
  try {
    return (fromTagged(value) as StoredWithInfo[]).map(({ generation, info }) => {
      const read: Generation = deserializeStoredGeneration(generation);
      return info === undefined ? read : { ...read, generationInfo: info };
    });
  } catch {
    return null;
  }
}

export interface CachedEmbeddingsOptions extends LangChainCacheOptions {
  /** The model, with everything that changes its vectors, such as dimensions. Another name is another set of vectors. */
  readonly model: string;
}

/** Embeddings that send only texts that are new, each once. Queries and documents are kept apart: some models embed them differently. */
export class CachedEmbeddings extends Embeddings {
  readonly #documents: Embed;
  readonly #queries: Embed;

  constructor(embeddings: EmbeddingsInterface, cache: Cache, options: CachedEmbeddingsOptions) {
    super({});
    this.#documents = cache.embeddings((texts) => embeddings.embedDocuments([...texts]), {
      ...options,
      parameters: { langchain: "document" },
      batchSize: mostDocuments,
    });
    this.#queries = cache.embeddings((texts) => Promise.all(texts.map((text) => embeddings.embedQuery(text))), {
      ...options,
      parameters: { langchain: "query" },
    });
  }

  embedDocuments(documents: string[]): Promise<number[][]> {
    return this.#documents(documents);
  }

  async embedQuery(query: string): Promise<number[]> {
    const [vector] = await this.#queries([query]);
    return vector as number[];
  }
}

/** LangChain's embeddings cut what they are given to what their provider takes. */
const mostDocuments = 2_048;
