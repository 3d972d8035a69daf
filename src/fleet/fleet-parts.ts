import type { Clock } from "../core/clock.ts";
import type { OriginError } from "../core/errors.ts";
import type { Generation } from "../core/generations.ts";
import type { KeyScope } from "../core/key-scope.ts";
import type { Leases } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";

/** What goes into a fleet's origin call and what comes out of it. */

export interface FleetOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  /** How long a leader that is not heard of is believed to be alive. */
  readonly holdMs: number;
  /** How long a failure stands for those who come next. */
  readonly backoffMs: number;
  /** Told for each call what this process is to the others. */
  readonly onRole?: (role: FleetRole) => void;
}

/** Asks for all, takes what another one says, or asks for itself. */
export type FleetRole = "leader" | "follower" | "alone";

/**
 * What is taken of another one's answer: a stream as it comes, `live`; nothing before its end, `whole`, so that somebody
 * can still take the place of a leader that is gone; or nothing at all, `none`.
 */
export type Following = "live" | "whole" | "none";

export interface Passenger {
  /** Of everything that the answer depends on. */
  readonly key: string;
  /** Who asks; what is handed on of the answer belongs to him. */
  readonly owner?: KeyScope;
  /** What the answer will depend on, of this caller too; default: nothing but what the key has. */
  readonly generations?: readonly Generation[];
  /** Whether nothing of what another one's answer depends on was invalidated since. */
  isCurrent?(generations: readonly Generation[]): Promise<boolean>;
  /** The answer, if it is in the store by now. */
  stored(): Promise<OriginResponse | undefined>;
  /** Asks the origin. */
  compute(): Promise<OriginResponse>;
  readonly signal: AbortSignal;
  /** Default: `live`. */
  readonly following?: Following;
}

/** One call's way through the fleet. */
export interface Passage {
  readonly response: OriginResponse;
  /** Another process asked the origin, and keeps and pays for the answer. */
  readonly isFollower: boolean;
  /** Whether this process may still store the answer: no other has taken its place. */
  mayStore(): Promise<boolean>;
  /** Whether somebody elsewhere waits for it. */
  hasAudience(): Promise<boolean>;
  /** The answer is complete and, if it may be, stored. */
  landed(status: number): void;
  /** There is no whole answer. */
  failed(error: OriginError): void;
}
