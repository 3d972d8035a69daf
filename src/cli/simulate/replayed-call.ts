import type { LoggedCall } from "../../access-log/logged-call.ts";

/** A call of a log as it is played. */
export interface ReplayedCall {
  readonly call: LoggedCall;
  /** What the origin takes for it. */
  readonly originMs: number;
}
