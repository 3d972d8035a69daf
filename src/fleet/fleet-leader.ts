import type { CancelTimer } from "../core/clock.ts";
import type { OriginError } from "../core/errors.ts";
import type { Generation } from "../core/generations.ts";
import type { Lease } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";
import { passedOn } from "../flights/answer-forms.ts";
import { asOriginError } from "../flights/origin-answer.ts";
import type { FleetOptions } from "./fleet-parts.ts";
import { type Frame, writeFrame } from "./relay-frames.ts";

/**
 * The process that asks the origin for all. It holds its lease while it works, and hands on what it reads. Nothing here
 * may hold up or fail its own callers: the relay is written to in the background, as fast as it takes it.
 */

/** Frames outlive the last of them by this, for those who read slowly or come late. */
const keepMs = 30_000;
/** Once all is said, who comes later finds the entry. What has failed is told for as long as it stands. */
const keepEndedMs = 5_000;
/** A release that fails is tried again after this, and after twice as long each time. */
const firstRetryMs = 100;
/** What a process that is behind the relay keeps for it; then the others are told to ask for themselves. */
const mostBacklogBytes = 16 * 1024 * 1024;
/** What the store keeps of one answer for the others; of one that is larger they cannot keep anything either. */
const mostSaidBytes = 64 * 1024 * 1024;

export class FleetLeader {
  readonly #options: FleetOptions;
  readonly #lease: Lease;
  #cancelRenewal: CancelTimer;
  #isLost = false;
  #isOver = false;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #saidBytes = 0;
  #writing: Promise<void> | undefined;
  #isRelaying: boolean;

  constructor(options: FleetOptions, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    this.#isRelaying = options.leases.relay !== undefined;
    this.#cancelRenewal = this.#renewLater();
  }

  /** The same answer, overheard. */
  relayed({ status, headers, body }: OriginResponse, generations: readonly Generation[] = []): OriginResponse {
    this.#say({ kind: "head", status, headers: passedOn(headers, true), generations });
    return { status, headers, body: this.#overheard(body) };
  }

  async *#overheard(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const bytes of body) {
        this.#say({ kind: "piece", bytes });
        yield bytes;
      }
    } catch (error) {
      this.#end(endingOf(asOriginError(error)));
      throw error;
    } finally {
      this.#end({ kind: "end" });
    }
  }

  /** Asked before the answer is stored. Where nobody can tell, the store will not take it either. */
  async isHeld(): Promise<boolean> {
    if (this.#isLost) return false;
    const { leases, holdMs } = this.#options;
    return leases.renew(this.#lease, holdMs).catch(() => true);
  }

  async hasAudience(): Promise<boolean> {
    const { relay } = this.#options.leases;
    if (relay === undefined || this.#isLost) return false;
    return relay.hasAudience(this.#lease).catch(() => false);
  }

  landed(status: number): void {
    this.#release({ kind: "end" }, status >= 400 ? this.#options.backoffMs : 0);
  }

  failed(error: OriginError): void {
    const ending = endingOf(error);
    this.#release(ending, ending.kind === "gone" ? 0 : this.#options.backoffMs);
  }

  #release(ending: Frame, afterMs: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelRenewal();
    this.#end(ending);
    // The end is said before the lease is free, so that whoever finds it free finds the end, too.
    const until = this.#options.clock.monotonic() + afterMs;
    void (this.#writing ?? Promise.resolve()).then(() => this.#giveBack(until));
  }

  /** As long as the lease may still be ours: until it is over, or given back, everybody else waits. */
  #giveBack(until: number, waitedMs = 0, waitMs = firstRetryMs): void {
    const { clock, holdMs, leases } = this.#options;
    leases.release(this.#lease, Math.max(0, until - clock.monotonic())).catch(() => {
      if (waitedMs + waitMs < holdMs) clock.after(waitMs, () => this.#giveBack(until, waitedMs + waitMs, 2 * waitMs));
    });
  }

  /** The first ending counts. */
  #end(frame: Frame): void {
    this.#say(frame, true);
  }

  #renewLater(): CancelTimer {
    const { clock, holdMs, leases } = this.#options;
    return clock.after(holdMs / 3, () => {
      if (this.#isOver) return;
      leases.renew(this.#lease, holdMs).then(
        (isHeld) => {
          this.#isLost ||= !isHeld;
        },
        () => {},
      );
      this.#cancelRenewal = this.#renewLater();
    });
  }

  #say(frame: Frame, isLast = false): void {
    if (!this.#isRelaying) return;
    this.#isRelaying = !isLast;
    const bytes = writeFrame(frame);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#saidBytes += bytes.length;
    if (this.#pendingBytes > mostBacklogBytes || this.#saidBytes > mostSaidBytes) {
      this.#pending = [writeFrame({ kind: "failure", error: undefined })];
      this.#isRelaying = false;
    }
    this.#writing ??= this.#write();
  }

  /** Whatever has come while the last frames were on their way goes together. */
  async #write(): Promise<void> {
    const { backoffMs, leases } = this.#options;
    while (this.#pending.length > 0) {
      const frames = this.#pending;
      this.#pending = [];
      this.#pendingBytes = 0;
      try {
        await leases.relay?.append(this.#lease, frames, this.#isRelaying ? keepMs : Math.max(keepEndedMs, backoffMs));
      } catch {
        // With a gap in it the relay is of no use. Those who read it notice by the lease, or by the end of time.
        this.#isRelaying = false;
        this.#pending = [];
      }
    }
    // In the same step as the last look: what is said from now on begins to be written again.
    this.#writing = undefined;
  }
}

/** That nobody here waits any more says nothing to those who do elsewhere. */
function endingOf(error: OriginError): Frame {
  return error.failure === "aborted" ? { kind: "gone" } : { kind: "failure", error };
}
