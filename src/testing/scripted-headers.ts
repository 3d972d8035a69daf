import type { ReceivedCall } from "./received-call.ts";

/**
 * The fields that providers add to every answer of theirs: the id of the request, and what is left of the caller's rate
 * limits. Gemini has neither: its id stands in the body, its limits in the details of an error. Sources: the API
 * references of OpenAI ("Debugging requests", "Rate limits") and Anthropic ("Response headers", "Rate limits").
 */
export function providerHeaders({ method, order, path }: Pick<ReceivedCall, "method" | "order" | "path">) {
  const [endpoint = ""] = path.split("?", 1);
  if (/\/v1\/messages(?:\/|$)/.test(endpoint)) return anthropic(order);
  return method === "POST" && /\/[^/]+\/[^/:]+:[a-zA-Z]+$/.test(endpoint) ? google(order) : openAi(order);
}

type Headers = readonly (readonly [name: string, value: string])[];

function openAi(order: number): Headers {
  return [
    ["x-request-id", `req_${order}`],
    ["openai-version", "2020-10-01"],
    ["openai-processing-ms", "1"],
    ["x-ratelimit-limit-requests", "10000"],
    ["x-ratelimit-remaining-requests", "9999"],
    ["x-ratelimit-reset-requests", "6ms"],
    ["x-ratelimit-limit-tokens", "2000000"],
    ["x-ratelimit-remaining-tokens", "1999990"],
    ["x-ratelimit-reset-tokens", "1ms"],
  ];
}

function anthropic(order: number): Headers {
  return [
    ["request-id", `req_${order}`],
    ["anthropic-organization-id", "00000000-0000-4000-8000-000000000000"],
    ["anthropic-ratelimit-requests-limit", "4000"],
    ["anthropic-ratelimit-requests-remaining", "3999"],
    ["anthropic-ratelimit-requests-reset", "2026-01-01T00:00:01Z"],
    ["anthropic-ratelimit-input-tokens-limit", "2000000"],
    ["anthropic-ratelimit-input-tokens-remaining", "1999000"],
    ["anthropic-ratelimit-input-tokens-reset", "2026-01-01T00:00:01Z"],
    ["anthropic-ratelimit-output-tokens-limit", "400000"],
    ["anthropic-ratelimit-output-tokens-remaining", "399000"],
    ["anthropic-ratelimit-output-tokens-reset", "2026-01-01T00:00:01Z"],
  ];
}

function google(order: number): Headers {
  return [
    ["server-timing", `gfet4t7; dur=${order}`],
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "SAMEORIGIN"],
    ["x-xss-protection", "0"],
  ];
}
