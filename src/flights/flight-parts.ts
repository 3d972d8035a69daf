import type { Clock } from "../core/clock.ts";
import type { RecordTicket } from "../core/layer.ts";
import type { HeaderMap, OriginResponse } from "../core/origin.ts";
import type { Stored } from "../core/outcome.ts";
import type { Trace } from "../core/trace.ts";
import type { Patience } from "./flight-holders.ts";
import type { CompleteAnswer, WholeAnswer } from "./origin-answer.ts";
import type { WishParts } from "./origin-wishes.ts";

/** What a flight is made of and what comes out of it. */

export type FlightHead =
  | { readonly kind: "whole"; readonly answer: WholeAnswer }
  | { readonly kind: "live"; readonly status: number; readonly headers: HeaderMap; readonly form: "events" | "raw" };

export interface FlightParts {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly limits: FlightLimits;
  readonly patience: Patience;
  /** What the origin is asked for besides. */
  readonly wishes: WishParts;
  /** Takes the generations and the time, before the origin is called; `undefined` when the store cannot tell. Never throws. */
  prepare(): Promise<RecordTicket | undefined>;
  /** Asks the origin by `compute`, or takes part in what another process asks it. */
  ask(compute: () => Promise<OriginResponse>, ticket: RecordTicket | undefined, signal: AbortSignal): Promise<Asking>;
  /** Whether somebody beyond this process waits for the answer. */
  readonly isWantedElsewhere: (() => Promise<boolean>) | undefined;
  /** Judges and, if it may, stores. Never throws. */
  settle(answer: CompleteAnswer): Promise<Stored>;
  /** Called once, when nobody may join any more. */
  onClosed(): void;
  /** Told when the last caller has left a call that goes on, and when that is over. */
  onDetached(isDetached: boolean): void;
}

export interface Asking {
  readonly response: OriginResponse;
  /** Another process asked the origin, and this one only listens. */
  readonly isFollower: boolean;
}

export interface FlightLimits {
  readonly maxEntryBytes: number;
  readonly maxEventBytes: number;
  /** How far readers of an answer that is too large to keep may drift apart. */
  readonly windowBytes: number;
}

/** A caller's place in a flight. */
export interface Seat {
  /** The caller has begun to read, or will not: the start of the stream need not wait for it any longer. */
  decided(): void;
  leave(): void;
}
