import type { UpstreamSettings } from "../upstream-options.ts";

/** In which header field a provider is shown the key of its caller. */

export type CredentialSettings = Pick<UpstreamSettings, "protocol" | "apiKeyField">;

/** Name and value of the field. `url`: the base URL of the upstream. */
export function credentialField(
  { protocol, apiKeyField }: CredentialSettings,
  url: string,
  apiKey: string,
): readonly [name: string, value: string] {
  const name = apiKeyField === "auto" ? usualField(protocol, new URL(url).hostname) : apiKeyField;
  return [name, name === "authorization" ? `Bearer ${apiKey}` : apiKey];
}

/**
 * https://platform.openai.com/docs/api-reference/authentication, https://docs.anthropic.com/en/api/overview#authentication,
 * https://ai.google.dev/api#authentication, https://learn.microsoft.com/azure/ai-services/openai/reference#authentication;
 * Vertex AI takes access tokens alone, as bearer tokens.
 */
function usualField(protocol: CredentialSettings["protocol"], host: string): string {
  if (
    /\.(?:openai\.azure\.(?:com|us|cn)|cognitiveservices\.azure\.(?:com|us|cn)|services\.ai\.azure\.com)$/i.test(host)
  )
    return "api-key";
  if (protocol === "anthropic") return "x-api-key";
  if (protocol !== "gemini") return "authorization";
  return /(?:^|-|\.)aiplatform\.googleapis\.com$/i.test(host) ? "authorization" : "x-goog-api-key";
}
