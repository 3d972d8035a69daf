import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import type { SemanticRefusal } from "../../core/semantic.ts";
import type { MaybePromise } from "../../core/store.ts";
import type { Trace } from "../../core/trace.ts";

/**
 * The vector of a question, from an embedder that is not trusted: it may fail, hang, or return what is no vector. A
 * model that begins to answer in another dimension is not compared with what it said before.
 */

export type Embedded =
  | { readonly vector: Float32Array }
  | { readonly refusal: Extract<SemanticRefusal, "embedder_unavailable" | "embedder_slow" | "vector_invalid"> };

/** An embedder as the layer asks it: what is kept of its answers is kept for a tenant. */
export interface QuestionEmbedder {
  readonly name: string;
  embed(tenant: string, texts: readonly string[], signal: AbortSignal): MaybePromise<readonly Float32Array[]>;
}

export interface QuestionVectorsParts {
  readonly embedder: QuestionEmbedder;
  /** How long a look-up waits for it. */
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly trace: Trace;
}

export class QuestionVectors {
  readonly #parts: QuestionVectorsParts;
  #dimensions: number | undefined;

  constructor(parts: QuestionVectorsParts) {
    this.#parts = parts;
  }

  get model(): string {
    return this.#parts.embedder.name;
  }

  /** Never rejects. `patient`: nobody waits, so it may take ten times the budget. */
  async of(tenant: string, text: string, patience: "budget" | "patient" = "budget"): Promise<Embedded> {
    const { embedder, budgetMs, clock, trace } = this.#parts;
    const abort = new AbortController();
    const fault = (kind: "timeout" | "error" | "invalid") => {
      trace({ type: "embedder-fault", embedder: embedder.name, kind });
    };
    try {
      const limitMs = patience === "budget" ? budgetMs : 10 * budgetMs;
      const vectors = await withDeadline<readonly Float32Array[] | typeof tooLate>(
        embedder.embed(tenant, [text], abort.signal),
        limitMs,
        clock,
        () => tooLate,
      );
      if (vectors === tooLate) {
        abort.abort();
        fault("timeout");
        return { refusal: "embedder_slow" };
      }
      const vector = unit(vectors?.length === 1 ? vectors[0] : undefined);
      const isOfAnotherLength = this.#dimensions !== undefined && vector?.length !== this.#dimensions;
      if (vector !== undefined) this.#dimensions = vector.length;
      if (vector === undefined || isOfAnotherLength) {
        fault("invalid");
        return { refusal: "vector_invalid" };
      }
      return { vector };
    } catch {
      fault("error");
      return { refusal: "embedder_unavailable" };
    }
  }
}

/** Not to be taken for an embedder that returns nothing. */
const tooLate = Symbol("too late");

/** Of unit length; `undefined` for what has no direction. */
function unit(vector: Float32Array | undefined): Float32Array | undefined {
  if (!(vector instanceof Float32Array) || vector.length === 0) return undefined;
  let square = 0;
  for (let at = 0; at < vector.length; at++) square += (vector[at] as number) ** 2;
  if (!Number.isFinite(square) || square < 1e-12) return undefined;
  const length = Math.sqrt(square);
  return Math.abs(length - 1) < 1e-6 ? vector : vector.map((value) => value / length);
}
