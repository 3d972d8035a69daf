import type { AskedBy } from "../../core/asked-by.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import { glob } from "../../core/glob.ts";

/** What a key is limited to, where that is seen by the gateway: models, and paths on which models cannot be told. */

const matchers = new WeakMap<readonly string[], (model: string) => boolean>();

/** Throws `RequestRejectedError` for a model that the key is not for. */
export function assertModel({ models }: AskedBy, model: string): void {
  if (models === undefined) return;
  let fits = matchers.get(models);
  if (fits === undefined) {
    const patterns = models.map(glob);
    fits = (name) => patterns.some((matches) => matches(name));
    matchers.set(models, fits);
  }
  if (fits(model)) return;
  throw new RequestRejectedError({
    status: 403,
    code: "model_not_allowed",
    param: "model",
    message: `This API key is for other models: ${models.join(", ")}.`,
  });
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
