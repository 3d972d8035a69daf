import type { Caller } from "../core/call.ts";

/** The caller, as far as its signal tells of it. A signal may outlive many calls, so it is left alone when they end. */
export class SignallingCaller implements Caller {
  readonly #signal: AbortSignal;
  readonly #listeners: (() => void)[] = [];

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  onAbandon(listener: () => void): void {
    if (this.#signal.aborted) {
      listener();
    } else {
      this.#signal.addEventListener("abort", listener, { once: true });
      this.#listeners.push(listener);
    }
  }

  /** The answer is complete; nothing that happens to the signal concerns it any more. */
  leave(): void {
    if (this.#listeners.length === 0) return;
    for (const listener of this.#listeners.splice(0)) this.#signal.removeEventListener("abort", listener);
  }

  /** `answer`, unless the caller goes away before: then the reason, and the late answer is handed to `giveUp`. */
  async patience<T>(answer: Promise<T>, giveUp: (late: T) => void): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    this.onAbandon(() => reject(this.#signal.reason));
    try {
      return await Promise.race([answer, aborted]);
    } catch (error) {
      answer.then(giveUp, () => {});
      throw error;
    }
  }

  get reason(): unknown {
    return this.#signal.reason;
  }
}
