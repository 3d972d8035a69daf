import type { LoggedCall } from "../../access-log/logged-call.ts";

/**
 * How long the origin takes for a call. A call that an origin answered says it itself; of one that a cache answered it is
 * what the model takes on average, as far as the log has told.
 */

const mostModels = 1_000;
const fromOrigin: ReadonlySet<LoggedCall["outcome"]> = new Set(["miss", "refresh", "bypass", "error", undefined]);

export class KnownDurations {
  readonly #models = new Map<string, { count: number; sum: number }>();
  /** Calls of which nothing was known. */
  unknown = 0;

  /** To be asked once for each call, in their order. */
  of(call: LoggedCall): number {
    const { durationMs, outcome } = call;
    const model = modelOf(call);
    const known = this.#models.get(model);
    if (durationMs !== undefined && fromOrigin.has(outcome)) {
      if (known !== undefined) {
        known.count++;
        known.sum += durationMs;
      } else if (this.#models.size < mostModels) this.#models.set(model, { count: 1, sum: durationMs });
      return durationMs;
    }
    if (known !== undefined) return known.sum / known.count;
    this.unknown++;
    return 0;
  }
}

/** As the request names it; those whose model stands in the path are told apart by that. */
export function modelOf({ request, endpoint }: LoggedCall): string {
  const model = (request as { readonly model?: unknown } | undefined)?.model;
  return typeof model === "string" ? model : endpoint;
}
