import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type {
  EmbeddingForward,
  EmbeddingInput,
  ParsedEmbeddingRequest,
  VectorEncoding,
} from "../core/embedding-protocol.ts";
import { isIndex, isObject } from "./json-fields.ts";
import {
  memberTexts,
  objectText,
  parseRequestBody,
  readModel,
  readNumber,
  rejectField,
  userName,
} from "./request-body.ts";

/** A request for embeddings: its inputs, each with what can change its vector, and the body for the origin. */

/** Fields that do not belong to the key, each with the reason why it cannot change a vector. Every other field counts. */
export const unkeyedFields: Readonly<Record<string, string>> = {
  encoding_format: "the form of the numbers; one stored vector is written in both",
  user: "names the end user for abuse reports; separate caches per user are a matter of policy",
};

/**
 * Fields of compatible servers, and the values with which each input still gets one list of 32-bit floats that depends on
 * nothing else. With any other value base64 holds other numbers than those that are kept, or a vector depends on its batch.
 * Sources: Voyage AI, Mistral, Jina and Cohere, API references of their embeddings; vLLM, OpenAI-compatible server.
 */
const usualValues: Readonly<Record<string, readonly string[]>> = {
  output_dtype: ['"float"'],
  embed_dtype: ['"float32"'],
  endianness: ['"little"'],
  embedding_type: ['"float"', '["float"]'],
  embedding_types: ['["float"]'],
  return_multivector: ["false"],
  late_chunking: ["false"],
};

/** Values that a request may have: thousands of inputs, or the tokens of a batch, of which OpenAI takes 300,000. */
const maxValues = 400_000;

/** As rough as it is, it only decides where a large batch is cut. */
const charactersInToken = 3;

const encoder = new TextEncoder();

export function parseEmbeddingRequest(bytes: Uint8Array): ParsedEmbeddingRequest {
  return new EmbeddingRequest(parseRequestBody(bytes, maxValues));
}

class EmbeddingRequest implements ParsedEmbeddingRequest {
  readonly model: string;
  readonly user: string | undefined;
  readonly inputs: readonly EmbeddingInput[];
  readonly encoding: VectorEncoding;
  readonly shape = "list";
  readonly cacheable: boolean;
  readonly #texts: ReadonlyMap<string, string>;

  constructor(body: JsonObject) {
    this.model = readModel(body);
    this.user = userName(body.get("user"));
    this.encoding = readEncoding(body);
    const dimensions = readNumber(body.get("dimensions"), "dimensions");
    if (dimensions !== undefined && !(isIndex(dimensions) && dimensions > 0))
      rejectField("dimensions", "'dimensions' must be a whole number above 0");
    this.#texts = memberTexts(body, {});
    this.cacheable = Object.entries(usualValues).every(([name, usual]) =>
      [undefined, "null", ...usual].includes(this.#texts.get(name)),
    );
    const parameters = objectText(
      this.#texts,
      (name) => name !== "model" && name !== "input" && !Object.hasOwn(unkeyedFields, name),
    );
    this.inputs = readInputs(body.get("input")).map((input) => ({ ...input, parameters, dimensions }));
  }

  forward(indexes?: readonly number[], options?: EmbeddingForward): Uint8Array {
    const texts = new Map(this.#texts);
    if (indexes !== undefined) {
      texts.set("input", `[${indexes.map((index) => this.inputs[index]?.canonical).join(",")}]`);
      if (options?.encoding !== "asked") texts.set("encoding_format", '"base64"');
    }
    return encoder.encode(objectText(texts));
  }
}

function readEncoding(body: JsonObject): VectorEncoding {
  const encoding = body.get("encoding_format") ?? "float";
  if (encoding !== "float" && encoding !== "base64")
    rejectField("encoding_format", '\'encoding_format\' must be "float" or "base64"');
  return encoding;
}

type InputItself = Pick<EmbeddingInput, "canonical" | "weight" | "tokens">;

/**
 * A string, strings, tokens, or arrays of tokens: an array whose first element is a number is one input. Servers that
 * embed images take objects, also among strings.
 */
function readInputs(input: JsonValue | undefined): readonly InputItself[] {
  if (typeof input === "string") return [readText(input, "input")];
  if (!Array.isArray(input)) return rejectField("input", "'input' must be a string or an array");
  const elements: readonly JsonValue[] = input;
  if (elements.length === 0) return rejectField("input", "'input' must not be an empty array");
  if (typeof elements[0] === "number") return [readTokens(elements, "input")];
  const areTokens = Array.isArray(elements[0]);
  return elements.map((element, index) => {
    const param = `input[${index}]`;
    if (areTokens && Array.isArray(element)) return readTokens(element as readonly JsonValue[], param);
    if (!areTokens && typeof element === "string") return readText(element, param);
    if (!areTokens && isObject(element)) return readObject(element);
    return rejectField(param, "'input' must hold only strings and objects, only tokens, or only arrays of tokens");
  });
}

function readObject(object: JsonObject): InputItself {
  const canonical = serializeJson(object);
  return { canonical, weight: canonical.length, tokens: undefined };
}

function readText(text: string, param: string): InputItself {
  if (text === "") rejectField(param, `'${param}' must not be an empty string`);
  return { canonical: serializeJson(text), weight: text.length, tokens: undefined };
}

function readTokens(tokens: readonly JsonValue[], param: string): InputItself {
  if (tokens.length === 0 || !tokens.every(isIndex))
    rejectField(param, `'${param}' must be a string or an array of tokens, which are whole numbers, 0 or more`);
  return { canonical: `[${tokens.join(",")}]`, weight: tokens.length * charactersInToken, tokens: tokens.length };
}
