import { modelOfPath } from "./gemini-model-name.ts";

/**
 * What the path of a call to Gemini says. The model and the method stand in it, and so does the version of the API,
 * which decides which fields there are:
 *
 *   /v1beta/models/gemini-2.5-pro:generateContent
 *   /v1beta/tunedModels/my-model:streamGenerateContent
 *   /v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent     (Vertex AI)
 *   /v1/projects/p/locations/l/endpoints/123:generateContent                               (Vertex AI, a tuned model)
 *
 * Source: the REST references of the Gemini API, "models.generateContent", and of Vertex AI, "publishers.models".
 */
export interface GeminiEndpoint {
  /** Version and parents as they stand in the path; empty when the base URL ends with them. */
  readonly place: string;
  /** The name without `models/`; those of other collections keep it, as in `tunedModels/my-model`. */
  readonly model: string;
  readonly streams: boolean;
}

const endpoint =
  /(?<place>(?:\/v\d+(?:alpha|beta)?\d*)?(?:\/projects\/[^/]+\/locations\/[^/]+)?(?:\/publishers\/[^/]+)?)\/(?<collection>models|tunedModels|endpoints)\/(?<name>[^/:]+):(?<method>generateContent|streamGenerateContent)$/;

export function endpointOf(path: string): string | undefined {
  return endpoint.exec(path)?.[0];
}

/** Takes `endpointOf` apart. Throws `RequestRejectedError` for a name that is none. */
export function readEndpoint(path: string): GeminiEndpoint {
  const { place = "", collection, name = "", method } = endpoint.exec(path)?.groups ?? {};
  const model = modelOfPath(name);
  return {
    place,
    model: collection === "models" ? model : `${collection}/${model}`,
    streams: method === "streamGenerateContent",
  };
}

/** Query parameters that only choose the form of an answer, or whose quota a call counts against. */
export const unkeyedParameters: readonly string[] = ["alt", "$alt", "prettyPrint", "$prettyPrint", "quotaUser"];

/**
 * Whether the query asks for the form that the method is recorded in: events for a stream, else a JSON object. Without
 * `alt=sse` a stream is one JSON array, sent piece by piece; other values give protocol buffers, or numbers for enums.
 */
export function asksUsualForm(query: string, streams: boolean): boolean {
  const wanted = [...new URLSearchParams(query)].filter(([name]) => name === "alt" || name === "$alt");
  if (streams) return wanted.length > 0 && wanted.every(([, value]) => value === "sse");
  return wanted.every(([, value]) => value === "json");
}
