import type { WireFormat } from "../../../core/embedding-protocol.ts";
import { protocols } from "../../../protocols/all.ts";
import { embeddingProtocols } from "../../../protocols/all-embeddings.ts";
import { type Fields, isFields, textIn, UnusableRecord } from "./log-format.ts";

/** Which endpoint of which API a logged request went to: by its URL, or else by its shape. */
export interface WirePlace {
  readonly protocol: WireFormat;
  readonly endpoint: string;
  readonly originId: string;
}

const formats: readonly WireFormat[] = [...protocols, ...embeddingProtocols];

export function formatNamed(name: string): WireFormat | undefined {
  return formats.find((format) => format.name === name);
}

const openAi = "https://api.openai.com/v1";
const anthropic = "https://api.anthropic.com";
const google = "https://generativelanguage.googleapis.com";

/** Throws `UnusableRecord` for a path that is no endpoint of a known API. */
export function placeOfUrl(url: string): WirePlace {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  for (const protocol of formats) {
    const endpoint = protocol.endpointOf(path);
    if (endpoint === undefined) continue;
    const base = path.slice(0, -endpoint.length);
    return { protocol, endpoint, originId: /^https?:\/\//.test(base) ? base : usualOrigin(protocol) };
  }
  throw new UnusableRecord(`${url.slice(0, 100)} is not an endpoint whose calls are cached`);
}

/** By the fields of the request and of its answer. Throws `UnusableRecord`. */
export function placeOfShape(request: Fields, answer: unknown): WirePlace {
  const path = pathOfShape(request, isFields(answer) ? answer : {});
  if (path === undefined) throw new UnusableRecord("the request has neither messages nor input, prompt or contents");
  return placeOfUrl(path);
}

function pathOfShape(request: Fields, answer: Fields): string | undefined {
  if (Array.isArray(request["messages"]))
    return answer["type"] === "message" || "system" in request ? "/v1/messages" : "/v1/chat/completions";
  if (request["contents"] !== undefined)
    return `/v1beta/models/${textIn(request, "model") ?? "unknown"}:generateContent`;
  if (request["input"] !== undefined)
    return Array.isArray(answer["data"]) || /embed/i.test(textIn(request, "model") ?? "")
      ? "/v1/embeddings"
      : "/v1/responses";
  return request["prompt"] === undefined ? undefined : "/v1/completions";
}

function usualOrigin({ name }: WireFormat): string {
  if (name.startsWith("anthropic")) return anthropic;
  return name.startsWith("gemini") ? google : openAi;
}
