import { JsonError, type JsonObject, type JsonValue, parseJson } from "../core/canonical-json.ts";
import { RequestRejectedError } from "../core/errors.ts";

/**
 * Requests to the gateway do not choose where a call goes: its configuration does. Gateways behind us may read such a wish all the same,
 * and follow it with the credential of their operator (CVE-2024-6587), so it does not get as far as that. A field of the
 * body is refused, and not quietly left out: who wrote it wants the prompt to go there, and not to somebody else. Header
 * fields are dropped, as proxies in front add them by themselves.
 */

const chosenField = /(?:^|[_-])(?:api[_-](?:base|host)|(?:base|endpoint)[_-]url)$|^(?:api_?base|api_?host|base_?url)$/i;
/** Of LiteLLM and those like it: whole configurations, and endpoints with names of their own. */
const chosenFields: ReadonlySet<string> = new Set([
  ...["user_config", "model_list", "litellm_params", "litellm_embedding_config", "deployment_url", "custom_host"],
  ...["aws_bedrock_runtime_endpoint", "aws_sts_endpoint", "azure_endpoint", "api_endpoint"],
]);
/** What these hold is put beside the fields of the body. */
const containers: readonly string[] = ["extra_body", "litellm_metadata", "fallbacks"];
/** Labels of the caller's own, in which only these are looked for. */
const chosenLabel = /^api[_-]?(?:base|host)$/i;

const chosenHeader =
  /(?:^|-)(?:custom-host|api-base|api-host|base-url|openai-host|target-host|target-url|upstream-host|upstream-url)$/;
const chosenHeaders: ReadonlySet<string> = new Set([
  // These make another request of the one that was let in.
  ...["x-http-method", "x-http-method-override", "x-method-override"],
  ...["x-forwarded-host", "x-forwarded-server", "x-original-host", "x-original-url", "x-rewrite-url", "x-host"],
]);

/** Whether a header field (lower-case name) says where a request was, or is, to go, or as what. */
export function choosesUpstream(name: string): boolean {
  return chosenHeaders.has(name) || chosenHeader.test(name);
}

/** Throws `RequestRejectedError` for a body with such a field. One that is no JSON is for others to refuse. */
export function refuseChosenUpstream(body: Uint8Array): void {
  const text = textOf(body);
  if (!mayChoose.some((part) => text.includes(part))) return;
  let parsed: JsonValue;
  try {
    parsed = parseJson(body, { maxValues });
  } catch (error) {
    if (error instanceof JsonError) return;
    throw error;
  }
  if (!isObject(parsed)) return;
  const within = containers.flatMap((name) => [(parsed as JsonObject).get(name)].flat(1) as readonly JsonValue[]);
  const names = [parsed, ...within].filter(isObject).flatMap((object) => [...object.keys()]);
  const labels = parsed.get("metadata");
  const param = names.find(isChosen) ?? (isObject(labels) && [...labels.keys()].find((name) => chosenLabel.test(name)));
  if (typeof param === "string") throw refusal(param);
}

/** Throws `RequestRejectedError` for a query with such a parameter. `query`: with its `?`, or "". */
export function refuseChosenInQuery(query: string): void {
  if (query === "") return;
  const param = [...new URLSearchParams(query).keys()].find(isChosen);
  if (param !== undefined) throw refusal(param);
}

function isChosen(name: string): boolean {
  return chosenField.test(name) || chosenFields.has(name);
}

function refusal(param: string): RequestRejectedError {
  return new RequestRejectedError({
    code: "chosen_upstream",
    param,
    message: `'${param.slice(0, 64)}' would choose where the call goes, which the configuration of the gateway does.`,
    remedy: "Leave the field out, or ask for an upstream of the gateway by /u/NAME/ in the path.",
  });
}

/** Values and keys of a body: what any of the protocols takes at most. */
const maxValues = 400_000;

/** Far quicker than to parse; a name may also be written in escapes. */
const mayChoose: readonly string[] = [
  ...["api_base", "api-base", "api_host", "api-host", "apihost", "base-url"],
  ...["base_url", "apibase", "baseurl", "endpoint", "user_config", "model_list", "litellm_"],
  ...["deployment_url", "custom_host", "\\u00"],
];

function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1").toLowerCase();
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}
