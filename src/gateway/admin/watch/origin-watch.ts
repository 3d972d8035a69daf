import type { Clock } from "../../../core/clock.ts";
import type { TraceEvent } from "../../../core/trace.ts";
import { isOriginFailure } from "../../../flights/answer-forms.ts";

/** How the origins of this process have done since it started, and lately. */

export interface OriginRecord {
  readonly requests: number;
  readonly errors: number;
  readonly isFailing: boolean;
  /** Since when it fails, or is well, in milliseconds since the epoch. */
  readonly since: number;
  /** Of the last calls that were answered well. */
  readonly latency: { readonly p50: number; readonly p95: number } | undefined;
}

interface Watched {
  requests: number;
  /** Since the last good answer. */
  failuresInRow: number;
  firstFailureAt: number;
  errors: number;
  isFailing: boolean;
  since: number;
  /** The last durations, the newest over the oldest. */
  readonly durations: number[];
}

/** One call may fail for a reason of its own; of a pool it may have been the only replica that fails. */
const failuresThatTell = 3;
const keptDurations = 512;
/** More base URLs than anybody configures; the ones used longest ago make room. */
const mostOrigins = 1_000;

export class OriginWatch {
  readonly #clock: Clock;
  readonly #origins = new Map<string, Watched>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear({ originId, result, durationMs }: Extract<TraceEvent, { type: "origin-end" }>): void {
    // Nobody waited any more: that says nothing of the origin.
    if (result === "aborted") return;
    const origin = this.#originOf(originId);
    const fails = typeof result === "string" || isOriginFailure(result);
    if (fails) origin.errors += 1;
    else origin.durations[(origin.requests - origin.errors) % keptDurations] = durationMs;
    origin.requests += 1;
    if (fails && origin.failuresInRow === 0) origin.firstFailureAt = this.#clock.now();
    origin.failuresInRow = fails ? origin.failuresInRow + 1 : 0;
    const isFailing = origin.failuresInRow >= failuresThatTell;
    if (isFailing === origin.isFailing) return;
    origin.isFailing = isFailing;
    origin.since = isFailing ? origin.firstFailureAt : this.#clock.now();
  }

  /** `undefined` for one that was not called yet. */
  of(originId: string): OriginRecord | undefined {
    const origin = this.#origins.get(originId);
    if (origin === undefined) return undefined;
    const { requests, errors, isFailing, since, durations } = origin;
    const sorted = durations.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
    const latency = sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95) };
    return { requests, errors, isFailing, since, latency };
  }

  #originOf(originId: string): Watched {
    const known = this.#origins.get(originId);
    if (known !== undefined) return known;
    const since = this.#clock.now();
    const failures = { failuresInRow: 0, firstFailureAt: since };
    const made = { requests: 0, errors: 0, isFailing: false, since, durations: [], ...failures };
    this.#origins.set(originId, made);
    if (this.#origins.size > mostOrigins) this.#origins.delete(this.#origins.keys().next().value as string);
    return made;
  }
}
