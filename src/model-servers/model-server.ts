/**
 * A server of models that the cache asks for itself: to turn questions into vectors, or to judge them. It is never
 * needed for an answer, so it is asked with a deadline, and left alone for a while when it says that it is asked too
 * often (429 or 503 with `Retry-After`, RFC 9110 section 10.2.3; RFC 6585 section 4) or fails again and again.
 */

import { CircuitBreaker, REFUSED } from "../core/circuit-breaker.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { type Duration, durationMs } from "../core/duration.ts";
import { InvalidOptionError } from "../core/errors.ts";
import type { ModelAsk } from "../core/trace.ts";
import { boundedText } from "./bounded-text.ts";
import { ModelServerError } from "./model-server-error.ts";

export interface ModelServerOptions {
  /** The base URL that SDKs are given, such as `https://api.openai.com/v1`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Bound on the whole call; default `"10s"`. */
  readonly timeout?: Duration;
  readonly clock?: Clock;
}

export interface PostEnd<T> extends Pick<ModelAsk, "result" | "durationMs"> {
  /** Where there is one. */
  readonly reply: T | undefined;
}

const leftAloneMs = 2_000;
const longestLeftAloneMs = 600_000;
/** Given up by the caller after that time is a failure of the server; before, it may only be slower than some wish. */
const patientMs = 1_000;
const maxReplyBytes = 16 * 1024 * 1024;

export class ModelServer {
  /** Without what is nobody's business. */
  readonly url: string;
  readonly #options: ModelServerOptions;
  readonly #base: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #breaker: CircuitBreaker;
  #leftAloneUntil = 0;

  /** @throws InvalidOptionError for a URL or a timeout that is none. */
  constructor(options: ModelServerOptions) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, "");
    const url = URL.parse(this.#base);
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
      const remedy = "Pass the base URL that SDKs are given, such as http://127.0.0.1:8080/v1, and the key as apiKey.";
      throw new InvalidOptionError("url", { message: "url must be an http or https URL without credentials.", remedy });
    }
    const timeoutMs = durationMs(options.timeout ?? "10s");
    if (timeoutMs === undefined || timeoutMs === 0) {
      const remedy = "Leave it out for 10 seconds.";
      throw new InvalidOptionError("timeout", { message: 'timeout must be a duration such as "10s".', remedy });
    }
    this.url = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
    this.#timeoutMs = timeoutMs;
    this.#clock = options.clock ?? systemClock;
    this.#breaker = new CircuitBreaker({ clock: this.#clock, openMs: 5_000 });
  }

  /**
   * What `read` makes of the JSON document that the server answers; what it throws is a failure of the server. `onEnd` hears
   * what became of a request that was sent.
   *
   * @throws ModelServerError in any other case.
   */
  async post<T>(
    path: string,
    body: object,
    read: (reply: unknown) => T,
    signal?: AbortSignal,
    onEnd: (end: PostEnd<T>) => void = () => {},
  ): Promise<T> {
    const startedAt = this.#clock.monotonic();
    if (startedAt < this.#leftAloneUntil) throw this.#leftAlone();
    const pass = this.#breaker.enter();
    if (pass === REFUSED) throw this.#leftAlone();
    try {
      const result = read(await this.#ask(path, JSON.stringify(body), signal));
      this.#breaker.succeeded(pass);
      onEnd({ result: 200, durationMs: this.#clock.monotonic() - startedAt, reply: result });
      return result;
    } catch (error) {
      const isGivenUpSoon = signal?.aborted === true && this.#clock.monotonic() - startedAt < patientMs;
      if (!isGivenUpSoon) this.#breaker.failed(pass);
      const { kind = "invalid", status } = error instanceof ModelServerError ? error : {};
      onEnd({ result: status ?? kind, durationMs: this.#clock.monotonic() - startedAt, reply: undefined });
      throw error;
    }
  }

  async #ask(path: string, body: string, given: AbortSignal | undefined): Promise<unknown> {
    const own = new AbortController();
    const signal = given === undefined ? own.signal : AbortSignal.any([given, own.signal]);
    const asked = this.#send(path, body, signal);
    return withDeadline(asked, this.#timeoutMs, this.#clock, () => {
      own.abort();
      throw new ModelServerError("timeout", { message: `${this.url} did not answer in time`, remedy: awayRemedy });
    });
  }

  async #send(path: string, body: string, signal: AbortSignal): Promise<unknown> {
    const { apiKey, fetch = globalThis.fetch } = this.#options;
    const headers = {
      "content-type": "application/json",
      accept: "application/json",
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    };
    let status: number;
    let text: string;
    try {
      // A redirect would take the key elsewhere.
      const response = await fetch(`${this.#base}${path}`, {
        method: "POST",
        headers,
        body,
        signal,
        redirect: "error",
      });
      status = response.status;
      if (status === 429 || status === 503) this.#leaveAlone(status, response.headers.get("retry-after"));
      text = await boundedText(response, maxReplyBytes);
    } catch (cause) {
      const message = `${this.url} cannot be asked: ${reasonOf(cause)}`;
      throw new ModelServerError(signal.aborted ? "timeout" : "error", { message, cause, remedy: awayRemedy });
    }
    if (status !== 200) {
      const message = `${this.url} answers with status ${status}`;
      throw new ModelServerError("error", { message, status, remedy: remedies[status] ?? awayRemedy });
    }
    try {
      return JSON.parse(text);
    } catch {
      const message = `${this.url} answers with what is no JSON`;
      throw new ModelServerError("invalid", { message, remedy: remedies[404] as string });
    }
  }

  #leaveAlone(status: number, retryAfter: string | null): void {
    const now = this.#clock.now();
    const wishedMs = /^\d+$/.test(retryAfter ?? "") ? Number(retryAfter) * 1_000 : Date.parse(retryAfter ?? "") - now;
    const isWish = Number.isFinite(wishedMs) && wishedMs > 0;
    if (!isWish && status !== 429) return;
    const forMs = Math.min(longestLeftAloneMs, isWish ? wishedMs : leftAloneMs);
    this.#leftAloneUntil = Math.max(this.#leftAloneUntil, this.#clock.monotonic() + forMs);
  }

  #leftAlone(): ModelServerError {
    return new ModelServerError("error", { message: `${this.url} is left alone for a while`, remedy: awayRemedy });
  }
}

const awayRemedy = "Check that the server runs and can be reached; it is asked again by itself.";
const remedies: Readonly<Record<number, string>> = {
  401: "Check the key.",
  403: "Check the key.",
  404: "Check the URL, which is the one that SDKs are given, usually with /v1 at its end, and the name of the model.",
  400: "Check the name of the model and its dimensions.",
  429: "It is asked more often than it allows; it is left alone for a while.",
};

function reasonOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: { readonly code?: unknown }; readonly message?: unknown };
  return String(cause?.code ?? message ?? error);
}
