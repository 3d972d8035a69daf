import type { CancelTimer, Clock } from "../core/clock.ts";

/**
 * Who still wants the answer of an origin call. When the last one lets go the call is detached, and given up: at once,
 * or after a grace in which somebody may come for it, or, where answers are finished without their callers, when it
 * goes beyond its budget. Whoever takes hold meanwhile makes it a call like any other again.
 */

export interface Patience {
  /** How long a detached call goes on for those who may still come. */
  readonly graceMs: number;
  /** Whether it goes on to its end, so that its answer is stored, within the two bounds below. */
  readonly finishDetached: boolean;
  readonly detachedMs: number;
  /** What the origin may send after the last caller has left. */
  readonly detachedBytes: number;
}

export interface HoldersParts {
  readonly clock: Clock;
  readonly patience: Patience;
  /** Whether somebody beyond this process waits for the answer; asked when nobody here does any more. */
  readonly isWantedElsewhere: (() => Promise<boolean>) | undefined;
  /** Told when the last caller leaves, and when that is over: somebody came, or the call has ended. */
  onDetached(isDetached: boolean): void;
  /** Nobody waits any more. */
  giveUp(): void;
}

/** How often those elsewhere are asked whether they still wait. */
const askAgainMs = 1_000;

export class FlightHolders {
  readonly #parts: HoldersParts;
  #count = 0;
  #mayGoOn = true;
  #isOver = false;
  #detached: { bytesLeft: number; cancel: CancelTimer } | undefined;

  constructor(parts: HoldersParts) {
    this.#parts = parts;
  }

  /** Keeps the origin call going until the returned function is called. */
  hold(): () => void {
    this.#count++;
    this.#attach();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#count--;
      if (this.#count === 0 && !this.#isOver) this.#detach();
    };
  }

  /** The origin has sent `bytes` more. */
  received(bytes: number): void {
    if (this.#detached === undefined) return;
    this.#detached.bytesLeft -= bytes;
    if (this.#detached.bytesLeft < 0) this.#end();
  }

  /** From now on the answer is of use to those alone who are there: nobody can join it and it is not stored. */
  stopWaiting(): void {
    this.#mayGoOn = false;
    if (this.#detached !== undefined) this.#end();
  }

  /** The call has ended; who holds it makes no difference any more. */
  end(): void {
    this.#isOver = true;
    this.#attach();
  }

  #detach(): void {
    const { patience, isWantedElsewhere, onDetached, giveUp } = this.#parts;
    const { graceMs, finishDetached, detachedMs, detachedBytes } = patience;
    const waitMs = finishDetached ? Math.max(graceMs, detachedMs) : graceMs;
    if (!this.#mayGoOn || (waitMs <= 0 && isWantedElsewhere === undefined)) {
      giveUp();
      return;
    }
    this.#detached = { bytesLeft: finishDetached ? detachedBytes : Number.POSITIVE_INFINITY, cancel: () => {} };
    onDetached(true);
    if (waitMs > 0) this.#endAfter(waitMs);
    else this.#endUnlessWanted();
  }

  #endAfter(durationMs: number): void {
    if (this.#detached === undefined) return;
    this.#detached.cancel = this.#parts.clock.after(durationMs, () => this.#endUnlessWanted());
  }

  #endUnlessWanted(): void {
    const detached = this.#detached;
    const { isWantedElsewhere } = this.#parts;
    if (isWantedElsewhere === undefined) {
      this.#end();
      return;
    }
    void isWantedElsewhere().then((isWanted) => {
      if (this.#detached !== detached) return;
      if (isWanted) this.#endAfter(askAgainMs);
      else this.#end();
    });
  }

  #attach(): void {
    if (this.#detached === undefined) return;
    this.#detached.cancel();
    this.#detached = undefined;
    this.#parts.onDetached(false);
  }

  #end(): void {
    this.#attach();
    this.#parts.giveUp();
  }
}
