import { OriginError, type OriginFailure } from "../../core/errors.ts";
import { waitOf } from "../upstream-origin.ts";

/**
 * The failure of a replica as callers hear of it. Where replicas are is nobody's business but the operator's: the log and
 * the admin API tell it, and what was known stays as the cause.
 */

const happened: Readonly<Record<Exclude<OriginFailure, "aborted">, string>> = {
  unreachable: "could not be reached",
  timeout: "timed out",
  truncated: "broke off its answer, or gave one that cannot be read",
};

/** `replica`: such as `Replica 2`. */
export function withoutPlace(error: unknown, replica: string, pool: string): unknown {
  if (!(error instanceof OriginError) || error.failure === "aborted") return error;
  return withoutPlaceOf(error, `${replica} of the upstream ${pool}`);
}

/** `who`: such as `The upstream openai`. */
export function withoutPlaceOf(error: OriginError, who: string): OriginError {
  const { failure, status } = error;
  if (failure === "aborted") return error;
  return new OriginError(failure, { status, message: `${who} ${told(failure, error)}.`, cause: error });
}

/** What happened to a call whose failure is without a place, as the end of a sentence. */
export function outcomeOf({ failure, cause }: OriginError): string {
  return failure === "aborted" ? "was left" : told(failure, cause as OriginError);
}

function told(failure: keyof typeof happened, { cause }: OriginError): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return `${happened[failure]}${typeof code === "string" ? `: ${waitOf(code) ?? code}` : ""}`;
}

/** Hears when a replica begins to fail, with all that is known of why, and when it is well again. */
export type ReplicaNotice = (told: {
  readonly upstream: string;
  readonly replica: string;
  /** `undefined`: it is well again. */
  readonly trouble: string | undefined;
  /** The upstream is this one server; that it is well again is not told then. */
  readonly isOnly?: true;
}) => void;

/** Tells the beginning and the end of trouble, however many calls there are between. */
export class ReplicaTroubles {
  readonly #pool: string;
  readonly #notice: ReplicaNotice;
  readonly #failing = new Set<string>();

  constructor(pool: string, notice: ReplicaNotice) {
    this.#pool = pool;
    this.#notice = notice;
  }

  failed(replica: string, trouble: unknown): void {
    if (this.#failing.has(replica)) return;
    this.#failing.add(replica);
    const text = trouble instanceof Error ? trouble.message : String(trouble);
    this.#notice({ upstream: this.#pool, replica, trouble: text });
  }

  answered(replica: string): void {
    if (this.#failing.delete(replica)) this.#notice({ upstream: this.#pool, replica, trouble: undefined });
  }
}
