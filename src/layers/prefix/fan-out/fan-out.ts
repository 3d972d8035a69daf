import type { Clock } from "../../../core/clock.ts";
import type { MaybePromise } from "../../../core/store.ts";
import type { PrefixPoint, SharedStart, WrittenPoint } from "./shared-start.ts";

/**
 * Lets one call go first where others begin alike: what a provider keeps of a prompt can be read only when the answer to
 * the call that wrote it has begun (platform.claude.com/docs, "Prompt caching"), so that twenty calls sent at once write
 * the same prefix twenty times. The first of them leads; who comes while it is under way, and would read what it writes,
 * waits until its answer begins. A leader that fails hands over to the next in line; one that takes too long is waited for
 * no longer. What has begun once is warm for the provider's lifetime, and nobody waits for it.
 */

export interface FanOutOptions {
  readonly clock: Clock;
  readonly onWaited: (wait: FanOutWait) => void;
}

export interface FanOutWait {
  /** `warmed`: the leader's answer has begun. `slow`: it took too long, or its place was handed on too often. */
  readonly result: "warmed" | "slow" | "failed" | "aborted";
  readonly waitedMs: number;
}

/** A call that is let go. One of the two is told, once; what comes later changes nothing. */
export interface Passage {
  readonly hasWaited: boolean;
  /** Its answer has begun. */
  begun(): void;
  /** It will have none. */
  failed(): void;
}

type End = "warmed" | "failed";

class Lead {
  readonly #end = Promise.withResolvers<End>();
  readonly ended = this.#end.promise;

  end(how: End): void {
    this.#end.resolve(how);
  }
}

const mostWarm = 20_000;

export class FanOut {
  readonly #clock: Clock;
  readonly #onWaited: (wait: FanOutWait) => void;
  /** Until when what stands under a digest is warm; that which was used least lately first. */
  readonly #warm = new Map<string, number>();
  readonly #leads = new Map<string, Lead>();

  constructor({ clock, onWaited }: FanOutOptions) {
    this.#clock = clock;
    this.#onWaited = onWaited;
  }

  /** Prefixes that are known to be warm. */
  get size(): number {
    return this.#warm.size;
  }

  /** Resolves when the call may go; at once unless it would read what another one writes. Rejects when `signal` does. */
  enter(start: SharedStart, signal: AbortSignal): MaybePromise<Passage> {
    const lead = this.#leadOf(start);
    return lead === undefined ? this.#go(start, false) : this.#wait(start, lead, signal);
  }

  async #wait(start: SharedStart, first: Lead, signal: AbortSignal): Promise<Passage> {
    const startedAt = this.#clock.monotonic();
    const waited = (): number => this.#clock.monotonic() - startedAt;
    let result: FanOutWait["result"] = "warmed";
    for (let lead: Lead | undefined = first; lead !== undefined; lead = this.#leadOf(start)) {
      result = await this.#endOf(lead, start.mostWaitMs - waited(), signal);
      if (result === "slow") this.#leaveBehind(lead);
      if (result === "slow" || result === "aborted") break;
    }
    this.#onWaited({ result, waitedMs: waited() });
    if (result === "aborted") throw signal.reason;
    return this.#go(start, true);
  }

  #endOf(lead: Lead, leftMs: number, signal: AbortSignal): Promise<FanOutWait["result"]> {
    if (signal.aborted) return Promise.resolve("aborted");
    const { promise, resolve } = Promise.withResolvers<FanOutWait["result"]>();
    const cancel = this.#clock.after(Math.max(0, leftMs), () => resolve("slow"));
    const onAbort = (): void => resolve("aborted");
    signal.addEventListener("abort", onAbort, { once: true });
    void lead.ended.then(resolve);
    return promise.finally(() => {
      cancel();
      signal.removeEventListener("abort", onAbort);
    });
  }

  /** Whom the call had better wait for: who writes much more of its prompt than what is warm. */
  #leadOf({ read, leastTokens }: SharedStart): Lead | undefined {
    const warm = read.findLast(({ digest }) => this.#isWarm(digest))?.tokens ?? 0;
    const led = read.findLast(({ digest, tokens }) => tokens - warm >= leastTokens && this.#leads.has(digest));
    return led && this.#leads.get(led.digest);
  }

  /** From now on others wait for it, where it writes what nobody has yet. */
  #go({ written }: SharedStart, hasWaited: boolean): Passage {
    const lead = new Lead();
    for (const { digest } of written) if (!this.#isWarm(digest)) this.#leads.set(digest, lead);
    let isOver = false;
    const end = (how: End): void => {
      if (isOver) return;
      isOver = true;
      this.#forget(lead, written);
      if (how === "warmed") this.#keepWarm(written);
      lead.end(how);
    };
    return { hasWaited, begun: () => end("warmed"), failed: () => end("failed") };
  }

  #forget(lead: Lead, points: readonly PrefixPoint[]): void {
    for (const { digest } of points) if (this.#leads.get(digest) === lead) this.#leads.delete(digest);
  }

  /** Nobody who comes from now on waits for it. */
  #leaveBehind(lead: Lead): void {
    for (const [digest, one] of this.#leads) if (one === lead) this.#leads.delete(digest);
  }

  #isWarm(digest: string): boolean {
    const until = this.#warm.get(digest);
    return until !== undefined && until > this.#clock.monotonic();
  }

  #keepWarm(points: readonly WrittenPoint[]): void {
    const now = this.#clock.monotonic();
    for (const { digest, lifetimeMs } of points) {
      // What was asked to be kept for longer is not kept for less.
      const until = Math.max(now + lifetimeMs, this.#warm.get(digest) ?? 0);
      this.#warm.delete(digest);
      this.#warm.set(digest, until);
    }
    for (const digest of this.#warm.keys()) {
      if (this.#warm.size <= mostWarm) return;
      this.#warm.delete(digest);
    }
  }
}
