/**
 * Which strings of requests and answers are the provider's own words (roles, types, models, reasons) and nobody's text,
 * by the name of the field. Below the fields that hold what programs and people made up (arguments of tools, schemas,
 * metadata) no name says anything. Whatever is not known here counts as text.
 */

const plain: ReadonlySet<string> = new Set([
  "detail",
  "effort",
  "encoding_format",
  "finish_reason",
  "finishReason",
  "include",
  "modalities",
  "mode",
  "model",
  "modelVersion",
  "object",
  "reasoning_effort",
  "response_format",
  "responseMimeType",
  "responseModalities",
  "role",
  "service_tier",
  "status",
  "stop_reason",
  "tool_choice",
  "truncation",
  "type",
  "verbosity",
]);

const schemas: ReadonlySet<string> = new Set([
  "input_schema",
  "parameters",
  "parametersJsonSchema",
  "properties",
  "responseJsonSchema",
  "responseSchema",
  "schema",
]);

const opaque: ReadonlySet<string> = new Set([...schemas, "arguments", "args", "metadata", "response"]);

/** Whether a string in the field `name` is one of the provider's own words. */
export function isPlainField(name: string): boolean {
  return plain.has(name);
}

/** Whether the opaque field `name` holds what a program demands of values, and not values. */
export function isSchemaField(name: string): boolean {
  return schemas.has(name);
}

/** Whether names below the field `name`, which holds `value`, are somebody's own. */
export function isOpaqueField(name: string, value: object): boolean {
  // A list of inputs has items of the provider's shape; an input that is an object is what a tool is called with.
  if (name === "input" || name === "output") return !Array.isArray(value);
  return opaque.has(name);
}
