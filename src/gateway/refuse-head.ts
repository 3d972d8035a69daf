import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { isIP } from "node:net";
import { privateFields } from "../core/cache-steering.ts";
import { isPrivateName } from "./network/network-guard.ts";

/** Requests that are refused by their head alone, whatever they ask for. */

/** `most`: header fields that are taken. */
export function refuseHead(response: ServerResponse, most: number): void {
  sendRefusal(response, 431, `The request has more than ${most} header fields.`, "too_many_headers");
}

/** RFC 9112 section 3.2. */
export function refuseWithoutHost(response: ServerResponse): void {
  sendRefusal(response, 400, "The request does not say in Host whom it is for.", "no_host");
}

/** RFC 9110 section 10.1.1. */
export function refuseExpectation(response: ServerResponse): void {
  sendRefusal(response, 417, "Nothing but 100-continue can be expected here.", "expectation_failed");
}

/** Problem details (RFC 9457), as the admin API gives them. */
export function sendRefusal(response: ServerResponse, status: number, detail: string, code: string): void {
  const title = STATUS_CODES[status];
  const body = Buffer.from(JSON.stringify({ type: "about:blank", title, status, code, detail }));
  response.writeHead(status, {
    ...privateFields,
    "content-type": "application/problem+json",
    "content-length": body.length,
    // What else comes with the request is not read.
    connection: "close",
  });
  response.end(body);
}

/**
 * Why what is for the operator alone is not served to a page of somebody else that runs in a browser on this machine:
 *
 * - A name of the public name system can be made to lead to the loopback interface (DNS rebinding); the page then is of
 *   the same origin as we are, and `Host` still has its name. Only `names` are taken there, besides addresses and names
 *   that the public name system cannot have.
 * - A page of another site can make a browser send a request (CSRF); browsers say so in `Sec-Fetch-Site`.
 *
 * Neither has the admin token, without which nothing is done: browsers know no credential here that they would send along.
 */
export function strangerAt(
  request: IncomingMessage,
  names: readonly string[],
): "unknown_host" | "cross_site" | undefined {
  const { headers, socket } = request;
  if (headers["sec-fetch-site"] === "cross-site") return "cross_site";
  if (headers.host === undefined || !isLoopback(socket.localAddress)) return undefined;
  const { hostname = "" } = (/^[\w.:[\]-]+$/.test(headers.host) && URL.parse(`http://${headers.host}`)) || {};
  const name = hostname.replace(/^\[|\]$|\.$/g, "");
  if (name === "") return "unknown_host";
  return isIP(name) !== 0 || isPrivateName(name) || names.includes(name) ? undefined : "unknown_host";
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}
