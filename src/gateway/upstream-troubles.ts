import type { OriginError } from "../core/errors.ts";
import { type ReplicaNotice, withoutPlaceOf } from "./pool/replica-error.ts";

/**
 * The failures of an upstream that is one server. Callers are told its name and what happened; where it is, and what the
 * network said, is for the log.
 */
export class UpstreamTroubles {
  readonly #upstream: string;
  readonly #url: string;
  readonly #notice: ReplicaNotice;
  #isFailing = false;

  constructor(upstream: string, url: string, notice: ReplicaNotice = () => {}) {
    this.#upstream = upstream;
    this.#url = url;
    this.#notice = notice;
  }

  /** The failure as callers hear of it. */
  failed(error: OriginError): OriginError {
    if (error.failure === "aborted") return error;
    if (!this.#isFailing)
      this.#notice({ upstream: this.#upstream, replica: this.#url, trouble: error.message, isOnly: true });
    this.#isFailing = true;
    return withoutPlaceOf(error, `The upstream ${this.#upstream}`);
  }

  answered(): void {
    this.#isFailing = false;
  }
}
