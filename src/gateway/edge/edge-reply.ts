import type { IncomingMessage, ServerResponse } from "node:http";
import { privateFields } from "../../core/cache-steering.ts";
import { chain } from "../../core/maybe-promise.ts";
import type { MaybePromise } from "../../core/store.ts";
import { readRange } from "../../layers/edge/byte-range.ts";
import { codingFor } from "../../layers/edge/content-coding.ts";
import { dateText, isSame, judge } from "../../layers/edge/preconditions.ts";
import type { CodedDocument, EdgeDocument } from "./edge-document.ts";

/** How a document of the edge, or the lack of one, is told. */

export interface EdgeReply {
  readonly document: EdgeDocument;
  /** When it came to be what is answered here; none where that date may be the same for another version. */
  readonly lastModifiedMs?: number | undefined;
  /** What belongs to every answer that is no refusal, 304 as well; where they say `vary`, with `Accept-Encoding`. */
  readonly fields: Readonly<Record<string, string>>;
  /** What belongs to those with a body. */
  readonly described: Readonly<Record<string, string>>;
}

export function sendDocument(request: IncomingMessage, response: ServerResponse, reply: EdgeReply): MaybePromise<void> {
  const { headers } = request;
  return chain(reply.document.in(codingFor(headers["accept-encoding"] as string | undefined)), (coded) =>
    sendCoded(request, response, reply, coded),
  );
}

function sendCoded(
  request: IncomingMessage,
  response: ServerResponse,
  { document, lastModifiedMs, fields, described }: EdgeReply,
  coded: CodedDocument,
): void {
  const { headers, method } = request;
  const { mediaType } = document;
  const { etag, coding, bytes } = coded;
  const validators = { etag, lastModifiedMs };
  const condition = judge(
    {
      ifMatch: headers["if-match"],
      ifNoneMatch: headers["if-none-match"],
      ifModifiedSince: headers["if-modified-since"],
      ifUnmodifiedSince: headers["if-unmodified-since"],
    },
    validators,
  );
  if (condition === "failed") {
    refuse(response, 412, "precondition_failed", "This is not the version that the request is for.");
    return;
  }
  const dated = lastModifiedMs === undefined ? {} : { "last-modified": dateText(lastModifiedMs) };
  const kept = { vary: "Accept-Encoding", ...fields, etag, ...dated };
  if (condition === "not_modified") {
    response.writeHead(304, kept).end();
    return;
  }
  const whole = {
    ...kept,
    ...described,
    "content-type": mediaType,
    "accept-ranges": "bytes",
    ...(coding !== "identity" && { "content-encoding": coding }),
  };
  // Only GET knows of parts (RFC 9110 section 14.2).
  const ifRange = headers["if-range"] as string | undefined;
  const wantsPart = method === "GET" && (ifRange === undefined || isSame(ifRange, validators));
  const range = readRange(wantsPart ? headers.range : undefined, bytes.length);
  if (range.kind === "refused") {
    const message = `The range cannot be had of these ${bytes.length} bytes; there is one range at a time.`;
    refuse(response, 416, "range_refused", message, { "content-range": `bytes */${bytes.length}` });
    return;
  }
  if (range.kind === "whole") {
    response.writeHead(200, { ...whole, "content-length": bytes.length }).end(bytes);
    return;
  }
  const { first, last } = range;
  const part = bytes.subarray(first, last + 1);
  const place = { "content-range": `bytes ${first}-${last}/${bytes.length}`, "content-length": part.length };
  response.writeHead(206, { ...whole, ...place }).end(part);
}

/** For nobody to keep, so that what is there in a moment is found. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  fields: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify({ error: { code, message } }));
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": body.length,
    ...privateFields,
    "surrogate-control": "no-store",
    "x-content-type-options": "nosniff",
    "cache-status": `reprise; detail=${code.toLowerCase()}`,
    ...fields,
  });
  response.end(body);
}
