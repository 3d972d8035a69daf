import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import { privateFields, steersCaches } from "../core/cache-steering.ts";
import type { OriginError } from "../core/errors.ts";
import { hopByHop, namedByConnection } from "../core/hop-by-hop.ts";
import { choosesUpstream } from "../policy/chosen-upstream.ts";
import type { CompatHeaders } from "../policy/compat-headers.ts";
import { assertFieldsOnce } from "../policy/scope.ts";
import { type AnswerBounds, bounded } from "./network/answer-bounds.ts";
import { cutWhenStalled, sendHead } from "./send-answer.ts";
import { originError } from "./upstream-origin.ts";
import type { Route } from "./upstreams.ts";

/**
 * Every path that is not cached goes to the upstream and back byte for byte, streams and uploads included. Only what
 * belongs to one connection (RFC 9110 section 7.6.1) is not carried over, nor what the upstream tells caches in front of
 * us: who asked is known only to it.
 */

export interface PassThroughWays {
  readonly stallMs: number;
  readonly compat: CompatHeaders;
  readonly bounds: AnswerBounds;
}

/** Resolves when all is said; rejects with `OriginError` only while nothing has been sent to the client. */
export async function passThrough(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, origin, path }: Route,
  { stallMs, compat, bounds }: PassThroughWays,
): Promise<void> {
  const isOther = (name: string): boolean =>
    name === "host" || name === "expect" || isOurs(name) || choosesUpstream(name) || compat.isForCache(name);
  assertFieldsOnce(request.rawHeaders);
  const abort = new AbortController();
  response.once("close", () => response.writableFinished || abort.abort());
  const hasBody = request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  let answer: Dispatcher.ResponseData;
  try {
    answer = await upstream.dispatcher.request({
      origin,
      path,
      method: request.method as Dispatcher.HttpMethod,
      headers: [...endToEnd(request.rawHeaders, isOther), ...(upstream.credential ?? [])],
      body: hasBody ? request : null,
      signal: abort.signal,
      responseHeaders: "raw",
    });
  } catch (error) {
    const failure: OriginError = originError(error, upstream.id, "head");
    throw upstream.told?.(failure) ?? failure;
  }
  const fields = endToEnd(
    (answer.headers as unknown as (Buffer | string)[]).map((field) => field.toString("latin1")),
    steersCaches,
  );
  const status = `reprise; fwd=bypass; fwd-status=${answer.statusCode}; detail=pass_through`;
  response.writeHead(answer.statusCode, [...fields, ...privately, "cache-status", status]);
  sendHead(response);
  cutWhenStalled(response, stallMs);
  try {
    await pipeline(bounded(answer.body, bounds, upstream.name), response);
  } catch {
    response.destroy();
  }
}

/** Besides what the upstream says of the like: repeated fields are one list (RFC 9110 section 5.3). */
const privately = Object.entries(privateFields).flat();

/** What asks something of the cache is for the gateway alone; `Cache-Control` may also be meant for the upstream. */
function isOurs(name: string): boolean {
  return /^x-ai-(?:cache|user$|tenant|proxy-)/.test(name);
}

/** Names and values in turn, without those that concern one connection, those that `Connection` names, and others. */
function endToEnd(rawHeaders: readonly string[], isOther: (name: string) => boolean): string[] {
  const named = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== "connection") continue;
    for (const name of namedByConnection(rawHeaders[index + 1] as string)) named.add(name);
  }
  return rawHeaders.filter((_, index) => {
    const name = (rawHeaders[index - (index % 2)] as string).toLowerCase();
    return !hopByHop.has(name) && !named.has(name) && !isOther(name);
  });
}
