import { createHash } from "node:crypto";

/**
 * Embeddings of the scripted origin, in OpenAI's shape: each vector follows from its input, the model and the number of
 * dimensions alone, so a vector in the wrong place is seen.
 */

type JsonRecord = Readonly<Record<string, unknown>>;

const defaultDimensions = 8;

/** Numbers from -1 to 1, each a 32-bit float. */
export function scriptedVector(input: unknown, model: string, asked = defaultDimensions): number[] {
  const dimensions = Math.min(asked, mostDimensions);
  const seed = JSON.stringify([input, model, dimensions]);
  return Array.from({ length: dimensions }, (_, index) => {
    const digest = createHash("sha256").update(`${index}:${seed}`).digest();
    return Math.fround(digest.readInt32LE(0) / 0x8000_0000);
  });
}

/** One token for four characters, at least one; an array of tokens has as many as it says. */
export function scriptedTokens(input: unknown): number {
  return Array.isArray(input) ? input.length : Math.max(1, Math.ceil(String(input).length / 4));
}

/** The inputs of a request for embeddings; `undefined` when it is none. */
export function embeddingInputs(request: JsonRecord): readonly unknown[] | undefined {
  const input = request["input"];
  if (typeof input === "string") return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  return typeof input[0] === "number" ? [input] : input;
}

/** More than any model gives; a request for a thousand million is not to take all memory. */
const mostDimensions = 20_000;

/** `undefined` when the request is not one for embeddings, or has an input that the API refuses. */
export function embeddingReply(request: JsonRecord, answeredBy: string | undefined): JsonRecord | undefined {
  const inputs = embeddingInputs(request);
  const { model, dimensions, encoding_format: encoding } = request;
  if (inputs === undefined || typeof model !== "string" || inputs.includes("")) return undefined;
  const data = inputs.map((input, index) => {
    const vector = scriptedVector(input, model, typeof dimensions === "number" ? dimensions : undefined);
    const embedding = encoding === "base64" ? Buffer.from(Float32Array.from(vector).buffer).toString("base64") : vector;
    return { object: "embedding", index, embedding };
  });
  const tokens = inputs.reduce<number>((sum, input) => sum + scriptedTokens(input), 0);
  return { object: "list", data, model: answeredBy ?? model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** The same in Gemini's shape, of one content or of a batch. */
export function geminiEmbeddingReply(request: JsonRecord, model: string): JsonRecord | undefined {
  const valuesOf = ({ content, outputDimensionality }: JsonRecord) => ({
    values: scriptedVector(content, model, typeof outputDimensionality === "number" ? outputDimensionality : undefined),
  });
  const { requests, content } = request;
  if (Array.isArray(requests)) return { embeddings: (requests as JsonRecord[]).map(valuesOf) };
  return content === undefined ? undefined : { embedding: valuesOf(request) };
}
