import type { EmbeddingProtocol, VectorReading, VectorReply } from "../core/embedding-protocol.ts";
import {
  type JsonRecord,
  parsedReply,
  ReplyWriter,
  roomFor,
  unusable,
  vectorFault,
  vectorOf,
} from "./embedding-numbers.ts";
import { parseGeminiEmbeddingRequest } from "./gemini-embeddings-request.ts";
import { renderGeminiError } from "./gemini-errors.ts";
import { modelOfPath } from "./gemini-model-name.ts";

/**
 * Gemini's embeddings: one content, or a batch of them. The model stands in the path, and vectors come as decimals only.
 * Source: REST reference of the Gemini API, "Embeddings"; at most 100 requests in a batch.
 */

const endpoint = /(?:\/v\d+(?:alpha|beta)?\d*)?\/models\/(?<model>[^/:]+):(?<method>embedContent|batchEmbedContents)$/;

export const geminiEmbeddings: EmbeddingProtocol = {
  name: "gemini-embeddings",
  operation: "embedding",
  family: "gemini",
  endpointOf: (path) => endpoint.exec(path)?.[0],
  unkeyedParameters: ["alt", "$alt", "prettyPrint", "$prettyPrint", "quotaUser"],
  keyedHeaders: [],
  batchLimits: { inputs: 100, weight: Number.POSITIVE_INFINITY },
  parseRequest(body, path) {
    const { model = "", method } = endpoint.exec(path)?.groups ?? {};
    return parseGeminiEmbeddingRequest(body, modelOfPath(model), method === "embedContent" ? "single" : "list");
  },
  readVectors,
  refusesDense: () => false,
  render,
  renderError: (error) => renderGeminiError(error, "json"),
};

function readVectors(body: Uint8Array, count: number, shape: "list" | "single"): VectorReading {
  const parsed = parsedReply(body);
  if (!parsed.ok) return parsed;
  const { reply } = parsed;
  if ((reply["error"] ?? null) !== null)
    return unusable("error_body", "The origin answered with status 200 and an error");
  const list = shape === "single" ? [reply["embedding"]] : reply["embeddings"];
  if (!Array.isArray(list)) return unusable("error_body", "The origin's reply has no list of vectors");
  if (list.length !== count)
    return unusable("wrong_count", `The origin sent ${list.length} vectors for ${count} inputs`);
  const vectors: Uint8Array[] = [];
  for (const [position, item] of (list as readonly unknown[]).entries()) {
    const vector = vectorOf(((item ?? {}) as JsonRecord)["values"]);
    if (vector === undefined) return unusable("error_body", `The origin's vector ${position} has no numbers`);
    vectors.push(vector);
  }
  return vectorFault(vectors) ?? { ok: true, vectors, tokens: tokensOf(reply["usageMetadata"]), model: undefined };
}

function tokensOf(usage: unknown): number | undefined {
  const count = ((usage ?? {}) as JsonRecord)["promptTokenCount"];
  return Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined;
}

function render({ vectors, tokens, shape }: VectorReply): Uint8Array {
  const known = tokens.filter((count) => count !== undefined);
  const sum = known.reduce((total, count) => total + count, 0);
  const usage = known.length === 0 ? "" : `,"usageMetadata":{"promptTokenCount":${sum},"totalTokenCount":${sum}}`;
  const writer = new ReplyWriter(vectors.reduce((room, vector) => room + 16 + roomFor(vector, "float"), 160));
  writer.text(shape === "single" ? '{"embedding":' : '{"embeddings":[');
  for (const [index, vector] of vectors.entries()) {
    writer.text(`${index === 0 ? "" : ","}{"values":`);
    writer.floats(vector);
    writer.text("}");
  }
  writer.text(`${shape === "single" ? "" : "]"}${usage}}`);
  return writer.finish();
}
