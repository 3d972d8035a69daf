import { RequestRejectedError } from "../core/errors.ts";

/**
 * How many bytes of request bodies this process holds at once. Each body has a bound of its own, but many that come
 * slowly, or whose answers take long, would fill the memory together; what is one too many is refused.
 */
export class BodyRoom {
  readonly #most: () => number;
  #held = 0;

  /** `most`: bytes of all bodies together. */
  constructor(most: () => number) {
    this.#most = most;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Takes what came, if there is room. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#most()) return false;
    this.#held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }
}

export function refuseForRoom(): RequestRejectedError {
  return new RequestRejectedError({
    status: 503,
    code: "too_many_bodies",
    message: "The gateway holds as many bytes of request bodies as it may.",
    remedy: "Ask again, or raise security.limits.bodyBytes.",
    fields: { "retry-after": "1" },
  });
}
