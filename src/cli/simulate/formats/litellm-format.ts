import type { LoggedCall } from "../../../access-log/logged-call.ts";
import {
  type Fields,
  fieldsIn,
  instantOf,
  isFields,
  type LogFormat,
  type ReadContext,
  textIn,
  UnusableRecord,
  unpackedIn,
} from "./log-format.ts";
import { loggedAnswer } from "./logged-answer.ts";
import { placeOfUrl } from "./wire-place.ts";

/**
 * What LiteLLM logs of a call: its standard logging payload (https://docs.litellm.ai/docs/proxy/logging_spec) and the rows
 * of its spend logs, which have the same names. Both have requests and answers in OpenAI's form, whoever answered.
 */
export const liteLlmFormat: LogFormat = {
  name: "litellm",
  fits: (fields) => "call_type" in fields && ("startTime" in fields || "messages" in fields),
  read: (fields, context) => [callOf(fields, context)],
};

/** By the kind of call; those of an asynchronous client have an `a` before their name. */
const paths: Readonly<Record<string, string>> = {
  completion: "/v1/chat/completions",
  text_completion: "/v1/completions",
  embedding: "/v1/embeddings",
  responses: "/v1/responses",
  anthropic_messages: "/v1/messages",
};

const failed = {
  ...{ status: 500, body: { error: { message: "failed" } } },
  ...{ usage: undefined, bytes: undefined, model: undefined, refusal: undefined },
};
const unknownHost = "https://litellm.invalid/v1";

function callOf(fields: Fields, { line, model: usual }: ReadContext): LoggedCall {
  const kind = textIn(fields, "call_type") ?? "completion";
  const path = paths[kind] ?? paths[kind.replace(/^a/, "")];
  if (path === undefined) throw new UnusableRecord(`call_type ${kind} is not one whose calls are cached`);
  const { protocol, endpoint } = placeOfUrl(path);
  const metadata = unpackedIn(fields, "metadata");
  const at = instantOf(fields["startTime"]);
  const end = instantOf(fields["endTime"]);
  const isFromCache = fields["cache_hit"] === true || fields["cache_hit"] === "True";
  const hasFailed = fields["status"] === "failure";
  const base = textIn(fields, "api_base");
  return {
    line,
    at,
    durationMs: at === undefined || end === undefined || end < at ? undefined : end - at,
    protocol: protocol.name,
    endpoint,
    query: "",
    originId: base !== undefined && /^https?:\/\//.test(base) ? base : unknownHost,
    tenant: tenantOf(fields, isFields(metadata) ? metadata : {}),
    user: textIn(fields, "end_user"),
    headers: {},
    isRedacted: false,
    areDemandsKnown: true,
    request: requestOf(fields, path, usual),
    answer: hasFailed ? failed : loggedAnswer(protocol, unpackedIn(fields, "response"), fields),
    failure: undefined,
    outcome: isFromCache ? "hit" : undefined,
    goneMs: undefined,
  };
}

/** LiteLLM's own keys are what tells callers apart. */
function tenantOf(fields: Fields, metadata: Fields): string | undefined {
  return textIn(metadata, "user_api_key_hash") ?? textIn(fields, "api_key");
}

function requestOf(fields: Fields, path: string, usual: string | undefined): Fields {
  const provider = textIn(fields, "custom_llm_provider");
  const named = textIn(fields, "model") ?? usual ?? "unknown";
  const model = provider !== undefined && named.startsWith(`${provider}/`) ? named.slice(provider.length + 1) : named;
  const parameters = unpackedIn(fields, "model_parameters") ?? unpackedIn(fields, "optional_params");
  const sent = fieldsIn(fields, "proxy_server_request") ?? unpackedIn(fields, "proxy_server_request");
  const body = isFields(sent) ? (fieldsIn(sent, "body") ?? sent) : undefined;
  if (body !== undefined && (body["messages"] ?? body["input"] ?? body["prompt"]) !== undefined)
    return { ...body, model };
  const messages = unpackedIn(fields, "messages");
  const isEmpty =
    messages === undefined || messages === null || (typeof messages === "object" && Object.keys(messages).length === 0);
  if (isEmpty) throw new UnusableRecord("messages are missing; LiteLLM stores them with store_prompts_in_spend_logs");
  const content = path === "/v1/embeddings" || path === "/v1/responses" ? "input" : "messages";
  const asked = isFields(parameters) ? parameters : {};
  if (path === "/v1/completions") return { ...asked, model, prompt: promptOf(messages) };
  if (content === "messages" && typeof messages === "string")
    return { ...asked, model, messages: [{ role: "user", content: messages }] };
  return { ...asked, model, [content]: content === "input" ? promptOf(messages) : messages };
}

/** Texts of calls that have no messages are kept as such. */
function promptOf(messages: unknown): unknown {
  if (!Array.isArray(messages)) return messages;
  return messages.length === 1 && isFields(messages[0]) && "content" in messages[0] ? messages[0]["content"] : messages;
}
