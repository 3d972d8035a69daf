import type { AskedBy } from "../../core/asked-by.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import { glob } from "../../core/glob.ts";
import type { Limits } from "../../core/limits.ts";
import { namedModels } from "./named-models.ts";

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

/** The same for models that a body names besides. What is no JSON is refused by whoever reads it next. */
export function assertOtherModels(principal: AskedBy, body: Uint8Array): void {
  if (principal.models === undefined) return;
  for (const model of namedModels(body)) assertModel(principal, model);
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

/**
 * What passes through is not read, so which model it asks and what it takes are not known; looking is not asking.
 * `ofTenant`: limits that hold for all keys of the tenant.
 */
export function assertPassing({ models, limits }: AskedBy, method: string | undefined, ofTenant?: Limits): void {
  if (method === "GET" || method === "HEAD") return;
  if (models !== undefined)
    throw notHere("This API key is for some models only, and which model is asked on this path is not known here.");
  if ([limits, ofTenant].some((some) => some !== undefined && boundsSpending(some)))
    throw notHere("There are limits of tokens or money for you, and what is taken on this path is not known here.");
}

function notHere(message: string): RequestRejectedError {
  const remedy = "Ask on a path that the cache reads, written as in the documentation of its API.";
  return new RequestRejectedError({ status: 403, code: "path_not_allowed", message, remedy });
}

function boundsSpending({ tokensPerMinute, tokensPerDay, usdPerDay, usdPerMonth }: Limits): boolean {
  return [tokensPerMinute, tokensPerDay, usdPerDay, usdPerMonth].some((most) => most !== undefined);
}
