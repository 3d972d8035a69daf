/**
 * Models that a request names besides the one it asks: an upstream that routes calls itself may ask them in place of the
 * first (`models` of OpenRouter, https://openrouter.ai/docs/features/model-routing; `fallbacks` and
 * `context_window_fallback_dict` of LiteLLM, https://docs.litellm.ai/docs/proxy/reliability), and tools may (`model` of
 * OpenAI's image generation). There is no end to such names, so every member whose name speaks of models or fallbacks is one,
 * however deep, but for what the model itself reads and for schemas, whose members are named by whoever wrote them.
 */

/** In whatever case: some read names so. */
const namesModel = /models?$|fallback/i;
/** At the top of a body: what the model reads. */
const conversation: ReadonlySet<string> = new Set([
  ...["messages", "input", "contents", "prompt", "system", "instructions", "systemInstruction", "system_instruction"],
]);
const schemas: ReadonlySet<string> = new Set([
  ...["parameters", "parametersJsonSchema", "parameters_json_schema", "input_schema", "schema", "json_schema"],
  ...["responseSchema", "response_schema", "responseJsonSchema", "response_json_schema", "properties"],
  ...["input_examples"],
]);

/** In the order in which they are found; "" for what is not told plainly. Of a body that is no JSON none. */
export function namedModels(body: Uint8Array): readonly string[] {
  let request: unknown;
  try {
    request = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch {
    return [];
  }
  const models: string[] = [];
  const toRead: unknown[] = [];
  const read = (name: string, value: unknown): void => {
    if (namesModel.test(name)) models.push(...modelsOf(value));
    else if (!schemas.has(name)) toRead.push(value);
  };
  if (!isRecord(request)) return models;
  for (const [name, value] of Object.entries(request)) if (!conversation.has(name)) read(name, value);
  // Not by recursion: how deep it goes is the caller's to choose.
  while (toRead.length > 0) {
    const value = toRead.pop();
    if (Array.isArray(value)) for (const member of value) toRead.push(member);
    else if (isRecord(value)) for (const [name, member] of Object.entries(value)) read(name, member);
  }
  return models;
}

/** Switches name none. */
function modelsOf(value: unknown): readonly string[] {
  if (value === null || typeof value === "boolean" || typeof value === "number") return [];
  return Array.isArray(value) ? value.map(nameOf) : [nameOf(value)];
}

function nameOf(named: unknown): string {
  const model = isRecord(named) ? named["model"] : named;
  return typeof model === "string" ? model.replace(/^models\//, "") : "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const routing = /^x-portkey-|^x-litellm-|^cf-aig-|(?:^|-)(?:models?|fallbacks?)(?:-|$)/;

/** Names and values in turn, without the fields in which gateways behind us are told which model to ask. */
export function withoutRouting(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter((_, index) => !routing.test((rawHeaders[index - (index % 2)] as string).toLowerCase()));
}
