import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { RequestRejectedError } from "../core/errors.ts";
import { type BodyRoom, refuseForRoom } from "./body-room.ts";
import { decompressorOf, Unfolding } from "./network/decompression.ts";

export interface BodyBounds {
  /** Of the decompressed body. */
  readonly maxBodyBytes: number;
  /** How many times its bytes a compressed body may unfold to. */
  readonly maxRatio: number;
}

/**
 * The whole body, decompressed. The bound counts decompressed bytes as they come, so that a small body which
 * unfolds into a huge one is refused as soon as it does. They are taken of `room`, to which whoever has the body gives
 * them back.
 *
 * @throws RequestRejectedError 413 over the bound, 400 for a body that cannot be decoded or that breaks off, 503 without room.
 */
export function readBody(
  request: IncomingMessage,
  { maxBodyBytes: maxBytes, maxRatio }: BodyBounds,
  room: BodyRoom,
): Promise<Uint8Array> {
  const { promise, resolve, reject: settle } = Promise.withResolvers<Uint8Array>();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isOver = false;
  /** From now on nothing is kept. */
  const drop = (): void => {
    if (isOver) return;
    isOver = true;
    chunks.length = 0;
    room.giveBack(size);
  };
  const reject = (error: RequestRejectedError): void => {
    drop();
    settle(error);
  };
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
  source.on("data", (chunk: Uint8Array) => {
    if (isOver) return;
    const isBomb = unfolding?.isTooFar(chunk) === true;
    const isLarge = size + chunk.length > maxBytes;
    if (!isLarge && !isBomb && room.take(chunk.length)) {
      size += chunk.length;
      chunks.push(chunk);
      return;
    }
    drop();
    const refusal = isBomb ? bomb() : isLarge ? tooLarge() : refuseForRoom();
    if (source === request) return discard(request, () => reject(refusal));
    source.pause();
    reject(refusal);
  });
  source.on("end", () => {
    if (isOver) return;
    isOver = true;
    resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size));
  });
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
