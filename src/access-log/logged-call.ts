import type { OriginFailure } from "../core/errors.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Usage } from "../core/recording.ts";

/** A call as some log tells of it, whichever log that is. What the log does not say is `undefined`. */
export interface LoggedCall {
  /** Where it begins in the log, from 1. */
  readonly line: number;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number | undefined;
  /** Until its answer was complete. */
  readonly durationMs: number | undefined;
  /** Name of the protocol. */
  readonly protocol: string;
  /** As `Protocol.endpointOf` gives it. */
  readonly endpoint: string;
  /** With its `?`, or "". Without credentials. */
  readonly query: string;
  /** Base URL. */
  readonly originId: string;
  /** Any text that tells tenants apart; `undefined` for callers without credentials. */
  readonly tenant: string | undefined;
  readonly user: string | undefined;
  /** Lower-case names; what the caller asked of the cache, and what belongs to the key. */
  readonly headers: Readonly<Record<string, string>>;
  /** Texts stand for themselves, or tokens in their place that only tell equal ones apart from others. */
  readonly isRedacted: boolean;
  /** Whether the request tells all that is demanded of the answer: tools that are offered, schemas. */
  readonly areDemandsKnown: boolean;
  /** The body; `undefined` for a call that was refused before it could be read. */
  readonly request: object | undefined;
  readonly answer: LoggedAnswer | undefined;
  /** The origin gave none. */
  readonly failure: OriginFailure | undefined;
  /** How a cache answered it, where one did. */
  readonly outcome: Outcome["kind"] | undefined;
  /** The caller left after this time. */
  readonly goneMs: number | undefined;
}

export interface LoggedAnswer {
  readonly status: number;
  /** Its JSON document, also where it went out as events. */
  readonly body: object | undefined;
  readonly usage: Usage | undefined;
  /** How long it is; `undefined` where only its document tells. */
  readonly bytes: number | undefined;
  /** The model that answered. */
  readonly model: string | undefined;
  /** Why it was not stored, for a reason that lies in the answer itself. */
  readonly refusal: string | undefined;
}
