import type { EmbeddingProtocol, VectorReading, VectorReply } from "../core/embedding-protocol.ts";
import type { HeaderMap } from "../core/origin.ts";
import {
  type JsonRecord,
  parsedReply,
  ReplyWriter,
  roomFor,
  unusable,
  vectorFault,
  vectorOf,
} from "./embedding-numbers.ts";
import { parseEmbeddingRequest } from "./openai-embeddings-request.ts";
import { errorText } from "./openai-errors.ts";

/**
 * OpenAI's embeddings, as OpenAI and the many servers compatible with it speak them. The origin is asked for base64
 * whatever the caller wants; a server that answers with decimals all the same is understood, and one that refuses the
 * field is asked in the caller's way.
 * Source: OpenAI API reference, "Create embeddings" (2,048 inputs and 300,000 tokens a request).
 */

const endpoint = "/embeddings";

export const openAiEmbeddings: EmbeddingProtocol = {
  name: "openai-embeddings",
  operation: "embedding",
  family: "openai",
  endpointOf: (path) => (path.endsWith(endpoint) ? endpoint : undefined),
  unkeyedParameters: [],
  keyedHeaders: ["openai-beta", "openai-organization", "openai-project"],
  // 300,000 tokens, at about three characters a token.
  batchLimits: { inputs: 2048, weight: 900_000 },
  parseRequest: parseEmbeddingRequest,
  readVectors,
  refusesDense,
  render,
  renderError: (error) => new TextEncoder().encode(errorText(error)),
};

function readVectors(body: Uint8Array, count: number): VectorReading {
  const parsed = parsedReply(body);
  if (!parsed.ok) return parsed;
  const { reply } = parsed;
  if ((reply["error"] ?? null) !== null || reply["object"] === "error")
    return unusable("error_body", "The origin answered with status 200 and an error");
  const data = reply["data"];
  if (!Array.isArray(data)) return unusable("error_body", "The origin's reply has no list of vectors");
  if (data.length !== count)
    return unusable("wrong_count", `The origin sent ${data.length} vectors for ${count} inputs`);
  const vectors = new Array<Uint8Array | undefined>(count).fill(undefined);
  for (const [position, item] of (data as readonly unknown[]).entries()) {
    const { index, embedding } = (item ?? {}) as { index?: unknown; embedding?: unknown };
    const at = index ?? position;
    if (typeof at !== "number" || !Number.isInteger(at) || at < 0 || at >= count || vectors[at] !== undefined)
      return unusable("wrong_index", `The origin's vector ${position} has an index that is not its own`);
    vectors[at] = vectorOf(embedding);
    if (vectors[at] === undefined) return unusable("error_body", `The origin's vector ${position} has no numbers`);
  }
  const complete = vectors as readonly Uint8Array[];
  return (
    vectorFault(complete) ?? { ok: true, vectors: complete, tokens: tokensOf(reply["usage"]), model: modelOf(reply) }
  );
}

function tokensOf(usage: unknown): number | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const { prompt_tokens: prompt, total_tokens: total } = usage as Record<string, unknown>;
  return [prompt, total].find((count): count is number => Number.isSafeInteger(count) && (count as number) >= 0);
}

function modelOf(reply: JsonRecord): string | undefined {
  const model = reply["model"];
  return typeof model === "string" && model !== "" ? model : undefined;
}

/** A complaint about the one field that we set and the caller perhaps did not. */
function refusesDense(status: number, _headers: HeaderMap, body: Uint8Array): boolean {
  if (status !== 400 && status !== 422) return false;
  return /encoding_format|base64/i.test(Buffer.from(body).toString("utf8", 0, 4096));
}

function render({ vectors, tokens, model, encoding }: VectorReply): Uint8Array {
  const tail = `],"model":${JSON.stringify(model)}${usageText(tokens)}}`;
  const capacity = vectors.reduce((sum, vector) => sum + 64 + roomFor(vector, encoding), 64 + tail.length * 3);
  const writer = new ReplyWriter(capacity);
  writer.text('{"object":"list","data":[');
  for (const [index, vector] of vectors.entries()) {
    writer.text(`${index === 0 ? "" : ","}{"object":"embedding","index":${index},"embedding":`);
    if (encoding === "base64") writer.base64(vector);
    else writer.floats(vector);
    writer.text("}");
  }
  writer.text(tail);
  return writer.finish();
}

/** The sum of what is known; nothing when nothing is. */
function usageText(tokens: readonly (number | undefined)[]): string {
  const known = tokens.filter((count) => count !== undefined);
  if (known.length === 0) return "";
  const sum = known.reduce((total, count) => total + count, 0);
  return `,"usage":{"prompt_tokens":${sum},"total_tokens":${sum}}`;
}
