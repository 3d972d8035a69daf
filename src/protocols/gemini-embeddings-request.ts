import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type { EmbeddingInput, ParsedEmbeddingRequest } from "../core/embedding-protocol.ts";
import { isIndex, isObject } from "./json-fields.ts";
import { memberTexts, objectText, parseRequestBody, rejectField } from "./request-body.ts";

/**
 * A request of `embedContent` or `batchEmbedContents`: each member of a batch is a whole request of its own, with its own
 * task type, title and length.
 * Source: REST reference of the Gemini API, "models.embedContent" and "models.batchEmbedContents".
 */

/** A batch holds at most 100 requests; each value of a content counts. */
const maxValues = 400_000;

const encoder = new TextEncoder();

/** `model`: as the path names it. */
export function parseGeminiEmbeddingRequest(
  bytes: Uint8Array,
  model: string,
  shape: "list" | "single",
): ParsedEmbeddingRequest {
  const body = parseRequestBody(bytes, maxValues);
  const rest = memberTexts(body, {});
  const parts = shape === "single" ? [body] : readRequests(body);
  // What stands beside the requests of a batch holds for each of them.
  const common = shape === "single" ? "{}" : objectText(rest, (name) => name !== "requests");
  const inputs = parts.map((part, index) => {
    const input = readInput(part, shape === "single" ? "" : `requests[${index}].`, model);
    return common === "{}" ? input : { ...input, parameters: input.parameters + common };
  });
  return {
    model,
    user: undefined,
    inputs,
    encoding: "float",
    shape,
    cacheable: true,
    forward(indexes) {
      if (shape === "single" || indexes === undefined) return encoder.encode(objectText(rest));
      const asked = indexes.map((index) => serializeJson(parts[index] as JsonObject));
      return encoder.encode(objectText(new Map(rest).set("requests", `[${asked.join(",")}]`)));
    },
  };
}

function readRequests(body: JsonObject): readonly JsonObject[] {
  const requests = body.get("requests");
  if (!Array.isArray(requests) || requests.length === 0)
    return rejectField("requests", "'requests' must be an array with at least one request");
  return (requests as readonly JsonValue[]).map((request, index) =>
    isObject(request) ? request : rejectField(`requests[${index}]`, "Each of 'requests' must be an object"),
  );
}

function readInput(request: JsonObject, place: string, model: string): EmbeddingInput {
  const named = request.get("model");
  if (named !== undefined && named !== null && named !== model && named !== `models/${model}`)
    rejectField(`${place}model`, `'${place}model' must name the model of the path, "models/${model}"`);
  const content = request.get("content");
  if (!isObject(content)) return rejectField(`${place}content`, `'${place}content' must be an object with parts`);
  const canonical = serializeJson(content);
  const keyed = memberTexts(request, {});
  return {
    canonical,
    parameters: objectText(keyed, (name) => name !== "model" && name !== "content"),
    dimensions: readDimensions(request, place),
    weight: canonical.length,
    tokens: undefined,
  };
}

/** Under either of its spellings, and also within `embedContentConfig`, where newer models have it. */
function readDimensions(request: JsonObject, place: string): number | undefined {
  const config = request.get("embedContentConfig") ?? request.get("embed_content_config");
  for (const holder of [request, isObject(config) ? config : undefined]) {
    const value = holder?.get("outputDimensionality") ?? holder?.get("output_dimensionality") ?? undefined;
    if (value === undefined) continue;
    if (isIndex(value) && value > 0) return value;
    rejectField(`${place}outputDimensionality`, `'${place}outputDimensionality' must be a whole number above 0`);
  }
  return undefined;
}
