/** Why a request to the admin API came to nothing, in the words of the page. */

export type FailureKind =
  /** The token is not, or no longer, the right one. */
  | "unauthorized"
  /** The gateway has no token, so nobody may use the admin API. */
  | "closed"
  /** Too many wrong tokens. */
  | "limited"
  /** The gateway has no such route: it is older than this page, or the part is switched off. */
  | "missing"
  /** No answer, or none of the gateway. */
  | "unreachable"
  | "refused";

export interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly path?: string;
}

export class Failure extends Error {
  readonly kind: FailureKind;
  readonly problem: Problem;
  /** When it may be tried again, where that was said. */
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: FailureKind, message: string, problem: Problem = {}, retryAfterSeconds?: number) {
    super(message);
    this.kind = kind;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const unreachable = "The gateway does not answer.";

/** What a status says. `isOurs`: the answer is a problem of the gateway, not a page of a proxy in between. */
export function failureOf(status: number, problem: Problem, isOurs: boolean, retryAfter: string | null): Failure {
  const detail = problem.detail ?? `The gateway answered with status ${status}.`;
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  if (status === 401) return new Failure("unauthorized", "That is not the admin token of this gateway.", problem);
  if (status === 403) return new Failure("closed", detail, problem);
  if (status === 429 && problem.code !== "too_many_readers")
    return new Failure("limited", limited(seconds), problem, seconds);
  if (status === 404 && (problem.code ?? "not_found") === "not_found") return new Failure("missing", detail, problem);
  if (status >= 502 && !isOurs) return new Failure("unreachable", unreachable, problem, seconds);
  return new Failure("refused", detail, problem, seconds);
}

function limited(seconds: number | undefined): string {
  const again = seconds === undefined ? "in a while" : `in ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  return `Too many wrong tokens were tried. Try again ${again}.`;
}
