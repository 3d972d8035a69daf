import type { Embedder } from "../core/embedder.ts";
import { InvalidOptionError, RepriseError } from "../core/errors.ts";
import type { Usage } from "../core/recording.ts";
import type { OriginAnswer } from "../core/trace.ts";
import { ModelServer, type ModelServerOptions, type PostEnd } from "../model-servers/model-server.ts";
import { ModelServerError } from "../model-servers/model-server-error.ts";

export interface OpenAiCompatibleEmbedderOptions extends ModelServerOptions {
  readonly model: string;
  /** Asked for, where the model can shorten its vectors; a reply of another length is refused. */
  readonly dimensions?: number;
}

/**
 * An embedder that asks a server in the form of OpenAI's `POST /v1/embeddings`
 * (https://platform.openai.com/docs/api-reference/embeddings), such as OpenAI, vLLM, Ollama or Text Embeddings
 * Inference. The cache keeps what it answers in the embedding layer, so that no text is embedded twice, and books its
 * tokens. It is not asked while it says that it is asked too often, or after it has failed several times.
 *
 * @throws InvalidOptionError naming the option.
 * @example
 * const cache = await createCache({
 *   semantic: { mode: "serve" },
 *   embedder: openAiCompatible({ url: "http://127.0.0.1:8080/v1", model: "all-MiniLM-L6-v2" }),
 * });
 */
export function openAiCompatible(options: OpenAiCompatibleEmbedderOptions): Embedder {
  const { model, dimensions } = options;
  if (typeof model !== "string" || model === "") {
    const remedy = "Pass the name of an embedding model that the server has.";
    throw new InvalidOptionError("model", { message: "model must be the name of a model.", remedy });
  }
  const server = new ModelServer(options);
  const asked = { protocol: "openai-embeddings", originId: server.url, model };
  const embed: Embedder["embed"] = async (texts, signal, onBilled, onAsked) => {
    const body = { model, input: texts, ...(dimensions !== undefined && { dimensions }) };
    const read = (reply: unknown) => readReply(reply, texts.length, dimensions);
    const onEnd = ({ reply, ...end }: PostEnd<Reply>): void =>
      onAsked?.({ ...asked, ...end, ...(reply && { answer: answerOf(reply) }) });
    const { vectors, usage, answeredBy } = await server.post("/embeddings", body, read, signal, onEnd);
    onBilled?.({ ...asked, answeredBy, usage });
    return vectors;
  };
  return {
    // Another server may have another model under the same name.
    name: `${model}@${server.url}${dimensions === undefined ? "" : `#${dimensions}`}`,
    isRemote: true,
    embed,
    async check() {
      try {
        await embed(["Is this a text?"]);
        return [];
      } catch (error) {
        if (!RepriseError.isInstance(error)) throw error;
        return [{ problem: error.message, remedy: error.remedy ?? "Look at the log of the server." }];
      }
    },
  };
}

interface Reply {
  readonly vectors: readonly Float32Array[];
  readonly usage: Usage | undefined;
  readonly answeredBy: string | undefined;
}

function answerOf({ answeredBy: model, usage }: Reply): OriginAnswer {
  return { model, usage, finish: [] };
}

/** Exactly one vector a text, all finite, not zero and of one length. */
function readReply(reply: unknown, count: number, dimensions: number | undefined): Reply {
  const { data, usage, model } = (reply ?? {}) as Record<string, unknown>;
  if (!Array.isArray(data) || data.length !== count) throw invalid(`it does not hold ${count} vectors`);
  const vectors: Float32Array[] = new Array(count);
  let length = dimensions;
  for (const [place, item] of data.entries()) {
    const { index = place, embedding } = (item ?? {}) as Record<string, unknown>;
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= count || vectors[index])
      throw invalid("its indexes are not those of the texts");
    const vector = unitVector(embedding);
    length ??= vector.length;
    if (vector.length !== length) throw invalid(`a vector has ${vector.length} numbers and not ${length}`);
    vectors[index] = vector;
  }
  return { vectors, usage: usageOf(usage), answeredBy: typeof model === "string" ? model : undefined };
}

function unitVector(embedding: unknown): Float32Array {
  if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every((value) => typeof value === "number"))
    throw invalid("a vector is no list of numbers");
  const vector = Float32Array.from(embedding);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length < 1e-6) throw invalid("a vector has no direction");
  return vector.map((value) => value / length);
}

function usageOf(usage: unknown): Usage | undefined {
  const tokens = (usage as { readonly prompt_tokens?: unknown } | undefined)?.prompt_tokens;
  if (!Number.isSafeInteger(tokens) || Number(tokens) < 0) return undefined;
  const none = { cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  return { ...none, inputTokens: Number(tokens) };
}

function invalid(problem: string): ModelServerError {
  const remedy = "Check that the server has this model and that it computes embeddings.";
  return new ModelServerError("invalid", {
    message: `The reply of the embedding server is of no use: ${problem}`,
    remedy,
  });
}
