/**
 * Every error that Reprise throws. Each has a `code`, the `cause` where there is one, and a `remedy`: what the
 * reader can do about it. `RepriseError.isInstance` holds across copies of the package.
 */

const marker = Symbol.for("reprise.error");

export interface ErrorDetails {
  readonly message: string;
  readonly cause?: unknown;
  readonly remedy?: string | undefined;
}

export class RepriseError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy;
    Object.defineProperty(this, marker, { value: true });
  }

  static isInstance(value: unknown): value is RepriseError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/**
 * The caller's request cannot be taken; nothing was sent to the origin. `status` is 400, 401 or 403 for who may not ask,
 * 413, 502 without an upstream, 410 or 503 without a registered prompt.
 */
export class RequestRejectedError extends RepriseError {
  readonly status: number;
  /** The header or body field that is wrong. */
  readonly param: string | undefined;
  /** What the response says besides, such as `Retry-After`; names in lower case. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(details: ErrorDetails & RejectionDetails) {
    super(details.code ?? "invalid_request", details);
    this.status = details.status ?? 400;
    this.param = details.param;
    this.fields = details.fields ?? {};
  }
}

export interface RejectionDetails {
  readonly status?: number;
  readonly code?: string;
  readonly param?: string | undefined;
  readonly fields?: Readonly<Record<string, string>>;
}

export type OriginFailure = "unreachable" | "timeout" | "truncated" | "aborted";

/** The origin could not be reached, did not answer in time, or broke off. `status` is what the caller gets: 502, 503 or 504. */
export class OriginError extends RepriseError {
  readonly failure: OriginFailure;
  readonly status: number;

  constructor(failure: OriginFailure, details: ErrorDetails & { readonly status?: number }) {
    super(`origin_${failure}`, details);
    this.failure = failure;
    this.status = details.status ?? (failure === "timeout" ? 504 : 502);
  }
}

/** An option or a configuration value breaks its rule. `path` names it. */
export class InvalidOptionError extends RepriseError {
  readonly path: string;
  /** Such as `must be a list of tags`, where the message has more. */
  readonly rule: string | undefined;

  constructor(path: string, details: ErrorDetails & { readonly rule?: string }) {
    super("invalid_option", details);
    this.path = path;
    this.rule = details.rule;
  }
}

/** A store did not answer within its deadline, or its circuit breaker is open. Never reaches a caller. */
export class StoreUnavailableError extends RepriseError {
  constructor(details: ErrorDetails) {
    super("store_unavailable", details);
  }
}
