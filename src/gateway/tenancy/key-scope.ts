import type { AskedBy } from "../../core/asked-by.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import { glob } from "../../core/glob.ts";

/** What a key is limited to, where that is seen by the gateway: models, and paths on which models cannot be told. */

const matchers = new WeakMap<readonly string[], (model: string) => boolean>();

/** Throws `RequestRejectedError` for a model that the key is not for. */
export function assertModel({ models }: AskedBy, model: string): void {
  if (models === undefined || fits(models, model)) return;
  throw new RequestRejectedError({
    status: 403,
    code: "model_not_allowed",
    param: "model",
    message: `This API key is for other models: ${models.join(", ")}.`,
  });
}

/**
 * The same for models that a body names besides, which an upstream that routes calls itself may ask in place of the first:
 * `models` of OpenRouter (https://openrouter.ai/docs/features/model-routing), `fallbacks` of LiteLLM
 * (https://docs.litellm.ai/docs/proxy/reliability). What is no JSON is refused by whoever reads it next.
 */
export function assertOtherModels(principal: AskedBy, body: Uint8Array): void {
  if (principal.models === undefined) return;
  for (const model of otherModelsIn(body)) assertModel(principal, model);
}

function otherModelsIn(body: Uint8Array): readonly string[] {
  let request: Readonly<Record<string, unknown>>;
  try {
    request = Object(JSON.parse(Buffer.from(body).toString("utf8")));
  } catch {
    return [];
  }
  return otherModelFields.flatMap((field) => {
    const named: unknown = request[field];
    return Array.isArray(named) ? named.map(nameOf) : named === undefined || named === null ? [] : [nameOf(named)];
  });
}

const otherModelFields = [
  "models",
  "fallbacks",
  "fallback_models",
  "context_window_fallbacks",
  "content_policy_fallbacks",
];

/** What is not told plainly fits no pattern but `*`. */
function nameOf(named: unknown): string {
  if (typeof named === "string") return named;
  const { model } = Object(named) as { readonly model?: unknown };
  return typeof model === "string" ? model : "";
}

function fits(models: readonly string[], model: string): boolean {
  let matches = matchers.get(models);
  if (matches === undefined) {
    const patterns = models.map(glob);
    matches = (name) => patterns.some((one) => one(name));
    matchers.set(models, matches);
  }
  return matches(model);
}

/** What passes through is not read, so which model it asks is not known; looking is not asking. */
export function assertPassing({ models }: AskedBy, method: string | undefined): void {
  if (models === undefined || method === "GET" || method === "HEAD") return;
  throw new RequestRejectedError({
    status: 403,
    code: "path_not_allowed",
    message: "This API key is for some models only, and which model is asked on this path is not known here.",
  });
}
