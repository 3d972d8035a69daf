/**
 * Who computes, as one of a closed list, so that it can be a label: the names of OpenTelemetry's `gen_ai.provider.name`
 * (https://github.com/open-telemetry/semantic-conventions-genai). The host of the base URL tells; where it is nobody's
 * that is known (a proxy, an engine of one's own), the protocol's own provider is named, as those conventions say.
 */

/** Ends of host names, each with whose they are. */
const hosts: readonly (readonly [end: string, provider: string])[] = [
  ["openai.azure.com", "azure.ai.openai"],
  ["cognitiveservices.azure.com", "azure.ai.openai"],
  ["services.ai.azure.com", "azure.ai.inference"],
  ["amazonaws.com", "aws.bedrock"],
  ["aiplatform.googleapis.com", "gcp.vertex_ai"],
  ["generativelanguage.googleapis.com", "gcp.gemini"],
  ["anthropic.com", "anthropic"],
  ["openai.com", "openai"],
  ["mistral.ai", "mistral_ai"],
  ["groq.com", "groq"],
  ["deepseek.com", "deepseek"],
  ["x.ai", "x_ai"],
  ["perplexity.ai", "perplexity"],
  ["cohere.com", "cohere"],
  ["cohere.ai", "cohere"],
];

/** Base URLs of a library come from requests, so few are remembered. */
const remembered = 1_000;
const known = new Map<string, string>();
/** Calls of one kind come one after the other. */
let latest = { protocol: "", originId: "", provider: "openai" };

/** `protocol`: its name; `originId`: the base URL, or "". */
export function providerOf(protocol: string, originId: string): string {
  if (latest.protocol !== protocol || latest.originId !== originId)
    latest = { protocol, originId, provider: lookedUp(protocol, originId) };
  return latest.provider;
}

function lookedUp(protocol: string, originId: string): string {
  const key = `${protocol} ${originId}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const provider = ownerOf(originId) ?? ofProtocol(protocol);
  if (known.size < remembered) known.set(key, provider);
  return provider;
}

function ownerOf(originId: string): string | undefined {
  if (!URL.canParse(originId)) return undefined;
  const { hostname } = new URL(originId);
  const isBelow = (end: string) => hostname === end || hostname.endsWith(`.${end}`) || hostname.endsWith(`-${end}`);
  return hosts.find(([end]) => isBelow(end))?.[1];
}

/** A value that a program keeps by itself comes from no provider. */
function ofProtocol(protocol: string): string {
  if (protocol.startsWith("anthropic")) return "anthropic";
  if (protocol.startsWith("gemini")) return "gcp.gemini";
  return protocol === "value" ? "none" : "openai";
}
