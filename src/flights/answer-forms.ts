import type { AnswerStream } from "../core/answer.ts";
import { steersCaches } from "../core/cache-steering.ts";
import type { Call } from "../core/call.ts";
import { hopByHop, namedByConnection } from "../core/hop-by-hop.ts";
import { type HeaderMap, headerValue } from "../core/origin.ts";

/** Statuses with which an origin says that it is not well; an entry kept in reserve answers instead (RFC 5861 section 4). */
export function isOriginFailure(status: number): boolean {
  return status === 429 || status >= 500;
}

export function contentType(call: Pick<Call, "facts">): string {
  return call.facts.stream ? "text/event-stream; charset=utf-8" : "application/json";
}

/** Fields that belong to one connection, or that describe a body we may have rewritten. */
const ownFields = new Set([
  ...hopByHop,
  "content-length",
  "content-encoding",
  "content-location",
  "accept-ranges",
  "date",
  "etag",
  "last-modified",
  "vary",
]);

/** What others than the one who asked may see of the origin's headers. */
const sharedFields = new Set(["content-type", "retry-after", "retry-after-ms", "x-should-retry"]);

/** The origin's headers for its caller, or for one that joined. */
export function passedOn(headers: HeaderMap, joined: boolean): Record<string, string | readonly string[]> {
  const passed: Record<string, string | readonly string[]> = {};
  const named = new Set(namedByConnection(headerValue(headers, "connection") ?? ""));
  for (const [name, value] of Object.entries(headers)) {
    const isOwn = ownFields.has(name) || named.has(name) || name.startsWith("x-ai-cache") || steersCaches(name);
    if (value === undefined || (joined ? !sharedFields.has(name) : isOwn)) continue;
    passed[name] = value;
  }
  return passed;
}

/** A body that is only passed through; giving it up aborts the origin call. */
export function unrecorded(body: AsyncIterable<Uint8Array>, abort: AbortController): AnswerStream {
  const iterator = body[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => iterator.next(),
    return: () => {
      abort.abort();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
