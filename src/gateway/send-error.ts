import type { IncomingMessage, ServerResponse } from "node:http";
import { privateFields } from "../core/cache-steering.ts";
import { OriginError, RepriseError, RequestRejectedError } from "../core/errors.ts";
import type { Protocol, ProtocolError } from "../core/protocol.ts";

/** Hears of errors that are ours and not the caller's. */
export type ErrorReporter = (error: unknown, request: IncomingMessage) => void;

/** The error in the shape that the caller's SDK understands. What is not meant for callers stays inside. */
export function sendError(response: ServerResponse, error: unknown, protocol: Pick<Protocol, "renderError">): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const told = toldOf(error);
  const body = protocol.renderError(told, "json");
  const bodyIsUnread = told.status === 413 || told.code === "unsupported_encoding" || told.code === "too_many_bodies";
  response.writeHead(told.status, {
    "content-type": "application/json",
    "content-length": body.length,
    ...privateFields,
    ...(error instanceof RequestRejectedError && error.fields),
    "cache-status": `reprise; fwd=bypass; detail=${told.code}`,
    // The rest of the request is not read, so the connection cannot be used for another.
    ...(bodyIsUnread ? { connection: "close" } : {}),
  });
  response.end(body);
}

function toldOf(error: unknown): ProtocolError {
  const remedy = RepriseError.isInstance(error) && error.remedy !== undefined ? ` ${error.remedy}` : "";
  if (error instanceof RequestRejectedError)
    return { status: error.status, code: error.code, message: error.message + remedy, param: error.param };
  if (error instanceof OriginError) return { status: error.status, code: error.code, message: error.message };
  return {
    status: 500,
    code: "internal_error",
    message: "The gateway failed to handle this request; its log says why.",
  };
}
