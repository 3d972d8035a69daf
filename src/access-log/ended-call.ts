import type { CompletedAnswer } from "../core/answer.ts";
import type { OriginFailure } from "../core/errors.ts";
import type { AnsweredCall } from "./answered-call.ts";

/** A call whose answer is complete, or will never be. */
export interface EndedCall extends Pick<AnsweredCall, "request" | "call" | "answer" | "at"> {
  readonly id: string;
  readonly end: {
    /** Until the answer, or the first byte of a stream, was ready. */
    readonly waitMs: number;
    readonly durationMs: number;
    /** What the origin said, when it was asked. */
    readonly complete: CompletedAnswer | undefined;
    /** The origin broke off. */
    readonly failure: OriginFailure | undefined;
    /** The caller left before. */
    readonly isGone: boolean;
  };
}
