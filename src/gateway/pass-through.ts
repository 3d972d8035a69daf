import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import { privateFields, steersCaches } from "../core/cache-steering.ts";
import { type OriginError, RequestRejectedError } from "../core/errors.ts";
import { hopByHop, namedByConnection } from "../core/hop-by-hop.ts";
import { choosesUpstream, refuseChosenInQuery } from "../policy/chosen-upstream.ts";
import type { CompatHeaders } from "../policy/compat-headers.ts";
import { assertFieldsOnce } from "../policy/scope.ts";
import { choosesAccount, hidesAccounts, withoutAccountsInQuery } from "./account-fields.ts";
import { type AnswerBounds, bounded } from "./network/answer-bounds.ts";
import { maskOf } from "./network/credential-mask.ts";
import { canUnfold } from "./network/decompression.ts";
import { cutWhenStalled, sendHead } from "./send-answer.ts";
import { decoded, originError } from "./upstream-origin.ts";
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

/**
 * Those by which APIs are called. Others do what nobody here can know: TRACE gives back what it was sent (RFC 9110 section
 * 9.3.8), the upstream's credential among it, and PURGE speaks to a cache.
 */
const passing = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];

/** Throws `RequestRejectedError` for what is not passed on. */
export function assertMethod(method: string | undefined): void {
  if (passing.includes(method as string)) return;
  throw new RequestRejectedError({
    status: 405,
    code: "method_not_allowed",
    message: "Requests with this method are not passed on.",
    fields: { allow: passing.join(", ") },
  });
}

/** Resolves when all is said; rejects with `OriginError` only while nothing has been sent to the client. */
export async function passThrough(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, origin, path }: Route,
  { stallMs, compat, bounds }: PassThroughWays,
): Promise<void> {
  const isHiding = hidesAccounts(upstream);
  const isOther = (name: string): boolean =>
    name === "host" ||
    name === "expect" ||
    isOurs(name) ||
    choosesUpstream(name) ||
    compat.isForCache(name) ||
    (isHiding && choosesAccount(name));
  assertFieldsOnce(request.rawHeaders);
  refuseChosenInQuery(queryOf(path));
  const abort = new AbortController();
  response.once("close", () => response.writableFinished || abort.abort());
  const hasBody = request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  let answer: Dispatcher.ResponseData;
  try {
    answer = await upstream.dispatcher.request({
      origin,
      path: isHiding ? withoutAccountsInQuery(path) : path,
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
  upstream.answered?.();
  const mask = maskOf(upstream.credential);
  const said = (answer.headers as unknown as (Buffer | string)[]).map((field) => field.toString("latin1"));
  const isMasked = mask !== undefined && answer.statusCode >= 400 && request.method !== "HEAD";
  const encoding = isMasked ? encodingIn(said) : "";
  const isUnfolded = canUnfold(encoding);
  const isOfFolded = (name: string): boolean =>
    isUnfolded && (name === "content-encoding" || name === "content-length");
  const shown = mask === undefined ? said : said.map((text, index) => (index % 2 === 0 ? text : mask.text(text)));
  const fields = endToEnd(shown, (name) => steersCaches(name) || isOfFolded(name));
  const status = `reprise; fwd=bypass; fwd-status=${answer.statusCode}; detail=pass_through`;
  response.writeHead(answer.statusCode, [...fields, ...privately, "cache-status", status]);
  sendHead(response);
  cutWhenStalled(response, stallMs);
  try {
    const plain = isUnfolded ? decoded(answer.body, encoding, upstream.id, bounds.ratio) : answer.body;
    const body = bounded(plain, bounds, upstream.name);
    await pipeline(isMasked ? mask.body(body) : body, response);
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

/** In lower case, or "". */
function encodingIn(fields: readonly string[]): string {
  const at = fields.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === "content-encoding");
  return at < 0 ? "" : (fields[at + 1] as string).trim().toLowerCase();
}

/** With its `?`, or "". */
function queryOf(path: string): string {
  const at = path.indexOf("?");
  return at < 0 ? "" : path.slice(at);
}
