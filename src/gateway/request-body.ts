import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { RequestRejectedError } from "../core/errors.ts";
import { decompressorOf, Unfolding } from "./network/decompression.ts";

export interface BodyBounds {
  /** Of the decompressed body. */
  readonly maxBodyBytes: number;
  /** How many times its bytes a compressed body may unfold to. */
  readonly maxRatio: number;
}

/**
 * The whole body, decompressed. The bound counts decompressed bytes as they come, so that a small body which
 * unfolds into a huge one is refused as soon as it does.
 *
 * @throws RequestRejectedError 413 over the bound, 400 for a body that cannot be decoded or that breaks off.
 */
export function readBody(
  request: IncomingMessage,
  { maxBodyBytes: maxBytes, maxRatio }: BodyBounds,
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const tooLarge = (): RequestRejectedError =>
    new RequestRejectedError({
      status: 413,
      code: "body_too_large",
      message: `The request body is larger than ${maxBytes} bytes.`,
      remedy: "Raise server.maxBodyBytes.",
    });
  const bomb = (): RequestRejectedError =>
    new RequestRejectedError({
      status: 413,
      code: "body_too_large",
      param: "Content-Encoding",
      message: `The request body unfolds to more than ${maxRatio} times its bytes.`,
      remedy: "Send it plain, or raise security.limits.decompressionRatio.",
    });
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
    discard(request, () => reject(tooLarge()));
    return promise;
  }
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  const decoder = encoding === "identity" ? undefined : decompressorOf(encoding);
  if (decoder === undefined && encoding !== "identity") {
    reject(
      new RequestRejectedError({
        code: "unsupported_encoding",
        param: "Content-Encoding",
        message: `Content-Encoding must be gzip, deflate, br, zstd or identity, not "${encoding.slice(0, 40)}".`,
      }),
    );
    return promise;
  }
  const source: NodeJS.ReadableStream = decoder === undefined ? request : pipeline(request, decoder, () => {});
  const unfolding = decoder && new Unfolding(decoder, maxRatio);
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isRefused = false;
  source.on("data", (chunk: Uint8Array) => {
    if (isRefused) return;
    size += chunk.length;
    const isBomb = unfolding?.isTooFar(chunk) === true;
    if (size <= maxBytes && !isBomb) {
      chunks.push(chunk);
      return;
    }
    isRefused = true;
    chunks.length = 0;
    if (source === request) return discard(request, () => reject(tooLarge()));
    source.pause();
    reject(isBomb ? bomb() : tooLarge());
  });
  source.on(
    "end",
    () => isRefused || resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size)),
  );
  source.on("error", () =>
    reject(
      new RequestRejectedError({
        code: "invalid_body",
        message: `The request body is not valid ${encoding}, or broke off.`,
      }),
    ),
  );
  request.on("close", () => {
    if (!request.complete)
      reject(new RequestRejectedError({ code: "invalid_body", message: "The request body broke off." }));
  });
  return promise;
}

/** What is read of a body that is refused: most clients listen to the answer only when they have sent everything. */
const mostDiscardedBytes = 64 * 1024 * 1024;

function discard(request: IncomingMessage, done: () => void): void {
  let discarded = 0;
  request.on("data", (chunk: Uint8Array) => {
    discarded += chunk.length;
    if (discarded <= mostDiscardedBytes) return;
    request.pause();
    done();
  });
  request.once("end", done);
  request.resume();
}
