import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { AuditUnavailableError } from "../../audit/audit-log.ts";
import { privateFields } from "../../core/cache-steering.ts";
import { type ErrorDetails, InvalidOptionError, RepriseError, StoreUnavailableError } from "../../core/errors.ts";
import { JsonError } from "../../core/strict-json.ts";
import type { FastifyReply } from "../vendor.ts";

/** Errors of the admin API, as problem details (RFC 9457) with the same members throughout. */

export const problemSchema = z.object({
  type: z.literal("about:blank"),
  title: z.string().meta({ description: "What the status means." }),
  status: z.int(),
  code: z.string().meta({ description: "For programs." }),
  detail: z.string().meta({ description: "For people: what is wrong and what to do." }),
  path: z.string().optional().meta({ description: "The field of the request that is wrong." }),
  rule: z.string().optional().meta({ description: "What it must be." }),
});

export type ProblemDetails = Omit<z.output<typeof problemSchema>, "type" | "title">;

export function sendProblem(reply: FastifyReply, { status, code, detail, path, rule }: ProblemDetails): FastifyReply {
  const title = STATUS_CODES[status] ?? "Error";
  const body = JSON.stringify({ type: "about:blank", title, status, code, detail, path, rule });
  // To a text fastify would add a charset, which this media type does not have.
  return reply
    .code(status)
    .header("content-type", "application/problem+json")
    .headers(privateFields)
    .send(Buffer.from(body));
}

/** What is asked for is not there; `message` says what. */
export class NotFoundError extends RepriseError {
  constructor(message: string) {
    super("not_found", { message });
  }
}

/** What is asked for cannot be done as things are; `status` says in which way. */
export class RefusedError extends RepriseError {
  readonly status: number;

  constructor(status: number, code: string, details: ErrorDetails) {
    super(code, details);
    this.status = status;
  }
}

/** More than is taken at a time. */
export class TooManyError extends RepriseError {
  readonly retryAfterS: number;

  constructor({ code, message, retryAfterS }: { code: string; message: string; retryAfterS: number }) {
    super(code, { message, remedy: `Ask again in ${retryAfterS} s.` });
    this.retryAfterS = retryAfterS;
  }
}

/** `undefined`: a fault of the gateway, which is not for the caller to read. `isReading`: nothing was to be done. */
export function problemOf(error: unknown, isReading = false): ProblemDetails | undefined {
  if (error instanceof JsonError) {
    const detail = `The request body is not strict JSON: ${error.message}.`;
    return { status: 400, code: "invalid_json", detail, path: error.path, rule: "must be strict JSON" };
  }
  if (error instanceof InvalidOptionError) {
    const { path, rule } = error;
    return { status: 400, code: "invalid_request", detail: told(error), path, ...(rule === undefined ? {} : { rule }) };
  }
  if (error instanceof NotFoundError) return { status: 404, code: error.code, detail: error.message };
  if (error instanceof RefusedError) return { status: error.status, code: error.code, detail: told(error) };
  // What the audit log cannot take is not done; who asks again later may be luckier.
  if (error instanceof AuditUnavailableError) return { status: 503, code: error.code, detail: told(error) };
  if (error instanceof TooManyError) return { status: 429, code: error.code, detail: told(error) };
  if (error instanceof StoreUnavailableError) {
    const what = isReading ? "The store cannot be read" : "The store did not take it, and nothing is known to be done";
    const detail = `${what}. Ask again when the store is back.`;
    return { status: 503, code: "store_unavailable", detail };
  }
  return ofTheServer(error);
}

/** What fastify itself finds wrong with a request. */
function ofTheServer(error: unknown): ProblemDetails | undefined {
  const { statusCode: status, message } = error as { readonly statusCode?: unknown; readonly message?: unknown };
  if (typeof status !== "number" || status < 400 || status >= 500 || RepriseError.isInstance(error)) return undefined;
  const code = status === 413 ? "body_too_large" : "invalid_request";
  return { status, code, detail: `${String(message).replace(/\.$/, "")}.` };
}

function told({ message, remedy }: RepriseError): string {
  return remedy === undefined ? message : `${message} ${remedy}`;
}
