import type { Refusal } from "./allowance.ts";
import type { Cost } from "./cost.ts";
import type { OriginError } from "./errors.ts";
import type { HeaderMap } from "./origin.ts";
import type { Outcome, Stored } from "./outcome.ts";
import type { Recording } from "./recording.ts";

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
  /** The limit of its caller that kept the origin from being asked. */
  readonly limited?: Refusal;
  /** What the origin would have charged, when it was not asked. */
  readonly saved?: Cost;
  /** And would have sent: the length of the body as it is stored. */
  readonly savedBytes?: number;
  /** Where the same can be had by GET: a path with its query. */
  readonly twin?: {
    readonly path: string;
    readonly isPublic: boolean;
    /** By which a cache that notes the path beside the request is told to forget it; as the twin itself has them. */
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** Nothing is told of how it came about: it is for a member of a shared scope. */
  readonly isConcealed?: boolean;
  /** Gives back what was taken of the caller's limits for computing it, which was not needed; called when a computed one would be there. */
  readonly unasked?: () => void;
  /** What became of the origin's answer, when it was asked for this one; rejects when it broke off. */
  readonly complete?: Promise<CompletedAnswer>;
}

/** An origin's answer that has come to its end, whoever waited for it. */
export interface CompletedAnswer {
  readonly status: number;
  /** `undefined` where it was not understood, or too large. */
  readonly recording: Recording | undefined;
  readonly stored: Stored;
}

/**
 * Bytes as they come. `return()` may be called at any time, also while `next()` is pending, and gives the reader
 * up. An answer that breaks off ends with an error event as its last chunk and then throws.
 */
export interface AnswerStream extends AsyncIterableIterator<Uint8Array> {
  return(): Promise<IteratorResult<Uint8Array>>;
}
