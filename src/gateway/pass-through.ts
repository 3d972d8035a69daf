import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import type { OriginError } from "../core/errors.ts";
import { originError } from "./upstream-origin.ts";
import type { Route } from "./upstreams.ts";

/**
 * Every path that is not cached goes to the upstream and back byte for byte, streams and uploads included. Only what
 * belongs to one connection (RFC 9110 section 7.6.1) is not carried over.
 */

const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Resolves when all is said; rejects with `OriginError` only while nothing has been sent to the client. */
export async function passThrough(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, url }: Route,
): Promise<number> {
  const abort = new AbortController();
  response.once("close", () => response.writableFinished || abort.abort());
  const hasBody = request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  let answer: Dispatcher.ResponseData;
  try {
    answer = await upstream.dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method as Dispatcher.HttpMethod,
      headers: endToEnd(request.rawHeaders, ["host", "expect"]),
      body: hasBody ? request : null,
      signal: abort.signal,
      responseHeaders: "raw",
    });
  } catch (error) {
    throw originError(error, upstream.id, "head") satisfies OriginError;
  }
  const fields = endToEnd(
    (answer.headers as unknown as (Buffer | string)[]).map((field) => field.toString("latin1")),
    [],
  );
  response.writeHead(answer.statusCode, fields);
  response.flushHeaders();
  try {
    await pipeline(answer.body, response);
  } catch {
    response.destroy();
  }
  return answer.statusCode;
}

/** Names and values in turn, without those that concern one connection, the ones that `Connection` names, and `others`. */
function endToEnd(rawHeaders: readonly string[], others: readonly string[]): string[] {
  const named = new Set(others);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== "connection") continue;
    for (const name of (rawHeaders[index + 1] as string).split(",")) named.add(name.trim().toLowerCase());
  }
  return rawHeaders.filter((_, index) => {
    const name = (rawHeaders[index - (index % 2)] as string).toLowerCase();
    return !hopByHop.has(name) && !named.has(name);
  });
}
