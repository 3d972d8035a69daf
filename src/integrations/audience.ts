import type { Computing } from "../library/wrap.ts";

/** Who waits for a computation. When all have left it is given up, and its origin call aborted. */
export class Audience {
  readonly #computing: Computing;
  readonly #controller = new AbortController();
  #size = 0;

  constructor(computing: Computing) {
    this.#computing = computing;
  }

  /** For the origin call. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** One more; call the result when this one leaves. */
  enter(): () => void {
    this.#size++;
    let present = true;
    return () => {
      if (!present) return;
      present = false;
      this.#size--;
      if (this.#size > 0) return;
      this.#computing.abandon();
      this.#controller.abort();
    };
  }
}
