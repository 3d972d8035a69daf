import type { Answer } from "../core/answer.ts";
import type { Call, Caller } from "../core/call.ts";
import type { WireFormat } from "../core/embedding-protocol.ts";

/** What the log is told of a call: when it was answered, or could not be read. */

export interface HeardRequest {
  readonly protocol: WireFormat;
  readonly endpoint: string;
  readonly query: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** As much of a call of either kind as the log needs. */
export type HeardCall = Pick<Call, "originId" | "principal" | "sharing"> & {
  readonly facts: { readonly model: string; readonly stream?: boolean };
  /** Of calls for vectors there is none: each of their inputs has its own. */
  readonly key?: string;
};

export interface AnsweredCall {
  readonly request: HeardRequest;
  readonly call: HeardCall;
  readonly answer: Answer;
  readonly caller: Caller;
  /** On the clock's `now` and `monotonic`, when the call came. */
  readonly at: number;
  readonly startedAt: number;
}

export interface RefusedCall {
  readonly request: HeardRequest;
  readonly code: string;
  readonly status: number;
  readonly at: number;
}

export interface CallListener {
  answered(call: AnsweredCall): void;
  refused(call: RefusedCall): void;
}
