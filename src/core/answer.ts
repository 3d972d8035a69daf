import type { Cost } from "./cost.ts";
import type { OriginError } from "./errors.ts";
import type { HeaderMap } from "./origin.ts";
import type { Outcome } from "./outcome.ts";

/** What goes back to the caller. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; the cache's own fields are added by `policy/response-fields`. */
  readonly headers: HeaderMap;
  readonly body: Uint8Array | AnswerStream;
  readonly outcome: Outcome;
  /** The origin's status, when it was asked for this answer. */
  readonly originStatus?: number;
  /** Why the origin gave none; the answer then says so in the protocol's words. */
  readonly failure?: OriginError;
  /** What the origin would have charged, when it was not asked. */
  readonly saved?: Cost;
}

/**
 * Bytes as they come. `return()` may be called at any time, also while `next()` is pending, and gives the reader
 * up. An answer that breaks off ends with an error event as its last chunk and then throws.
 */
export interface AnswerStream extends AsyncIterableIterator<Uint8Array> {
  return(): Promise<IteratorResult<Uint8Array>>;
}
