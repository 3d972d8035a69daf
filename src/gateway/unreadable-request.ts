import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { privateFields } from "../core/cache-steering.ts";

/** What comes in no form of a request, too large a head, or too slowly: answered as well as a bare socket can. */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  // Whoever does not speak TLS where that is spoken reads no answer in it.
  if (error.code?.startsWith("ERR_SSL_") === true || error.code?.startsWith("ERR_TLS_") === true)
    return void socket.destroy(error);
  const { status, message } = faults[error.code ?? ""] ?? other;
  const body = JSON.stringify({ error: STATUS_CODES[status], message, statusCode: status });
  const fields = {
    "Content-Length": Buffer.byteLength(body),
    "Content-Type": "application/json",
    ...privateFields,
    "Cache-Status": "reprise; fwd=bypass; detail=unreadable",
    Connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
  socket.destroy(error);
}

const other = { status: 400, message: "This is not a request in the form of HTTP." };

const faults: Readonly<Record<string, typeof other>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: "The request did not come in time." },
  HPE_HEADER_OVERFLOW: { status: 431, message: "The head of the request is larger than security.limits.headerBytes." },
};
