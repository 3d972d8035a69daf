import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import { OriginError, type OriginFailure } from "../core/errors.ts";
import { type FanOutWishes, type HeaderMap, headerValue, type Origin } from "../core/origin.ts";

/** An upstream reached through undici: keep-alive connections, and a deadline for each way in which it can hang. */

export interface UpstreamTimeouts {
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export interface Upstream extends Origin {
  /** Its name in the configuration. */
  readonly name: string;
  /** Base URL and connections for a request that passes through. */
  readonly base: string;
  readonly dispatcher: Dispatcher;
  /** A failure as callers may hear of it; default: as it is. */
  told?(error: OriginError): OriginError;
  /** Another configuration has taken its place: what is under way goes on, nothing new begins. */
  retire(): void;
  close(): Promise<void>;
}

export function upstreamOrigin(
  name: string,
  baseUrl: string,
  timeouts: UpstreamTimeouts,
  takesSalt = false,
  takesMarks?: boolean,
  fanOut?: FanOutWishes,
): Upstream {
  const dispatcher = new Agent({
    connect: { timeout: timeouts.connectTimeoutMs },
    headersTimeout: timeouts.firstByteTimeoutMs,
    bodyTimeout: timeouts.idleTimeoutMs,
    allowH2: false,
  });
  const { origin, pathname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/+$/, "");
  const unversioned = withoutVersion(prefix);
  return {
    name,
    id: baseUrl,
    base: baseUrl,
    takesSalt,
    takesMarks,
    fanOut,
    dispatcher,
    retire: () => {},
    async send(request, signal) {
      let response: Dispatcher.ResponseData;
      try {
        response = await dispatcher.request({
          origin,
          path: (versionAtStart.test(request.target) ? unversioned : prefix) + request.target,
          method: request.method as Dispatcher.HttpMethod,
          headers: request.headers as Record<string, string>,
          body: request.body,
          signal,
        });
      } catch (error) {
        throw originError(error, baseUrl, "head");
      }
      const headers = response.headers as HeaderMap;
      return { status: response.statusCode, headers, body: chunks(response.body, headers, baseUrl) };
    },
    close: () => dispatcher.destroy(),
  };
}

/** Some SDKs take the version of the API for a part of the base URL, others write it themselves; it stands in the URL once. */
const versionAtStart = /^\/v\d+(?:alpha|beta)?\d*\//;
export function withoutVersion(base: string): string {
  return base.replace(/\/v\d+(?:alpha|beta)?\d*$/, "");
}

const decoders: ReadonlyMap<string, () => NodeJS.ReadWriteStream> = new Map<string, () => NodeJS.ReadWriteStream>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

async function* chunks(body: Readable, headers: HeaderMap, baseUrl: string): AsyncGenerator<Uint8Array> {
  try {
    yield* decoded(body, headerValue(headers, "content-encoding"), baseUrl);
  } catch (error) {
    throw originError(error, baseUrl, "body");
  } finally {
    body.on("error", () => {});
    body.destroy();
  }
}

/** We ask for no encoding, but an origin may not listen. */
function decoded(body: Readable, encoding: string | undefined, baseUrl: string): AsyncIterable<Uint8Array> {
  const name = encoding?.trim().toLowerCase() ?? "identity";
  if (name === "identity" || name === "") return body;
  const decoder = decoders.get(name);
  if (decoder === undefined)
    throw new OriginError("truncated", {
      message: `The upstream ${baseUrl} answered in an encoding that was not asked for: ${name.slice(0, 40)}.`,
    });
  // Errors of either end reach whoever reads the decoder.
  return pipeline(body, decoder() as Transform, () => {});
}

const timeoutCodes = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
]);
const waits: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: "it took no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "it did not begin to answer in time",
  UND_ERR_BODY_TIMEOUT: "it fell silent in the middle of its answer",
};

/** In words, where a code says that something took too long. */
export function waitOf(code: string): string | undefined {
  return waits[code];
}

/** What went wrong on the way to or from `baseUrl`, in the four kinds that callers are told apart by. */
export function originError(error: unknown, baseUrl: string, phase: "head" | "body"): OriginError {
  if (error instanceof OriginError) return error;
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  if (code === "UND_ERR_ABORTED" || name === "AbortError")
    return new OriginError("aborted", { message: "The call was aborted.", cause: error });
  let failure: OriginFailure = phase === "head" ? "unreachable" : "truncated";
  if (code !== undefined && timeoutCodes.has(code)) failure = "timeout";
  const what =
    failure === "unreachable" ? "could not be reached" : failure === "timeout" ? "timed out" : "broke off its answer";
  const named = code !== undefined && message?.includes(code) === true ? [message] : [code, message];
  const why =
    waits[code ?? ""] ?? (named.filter((part) => part !== undefined && part !== "").join(": ") || "unknown cause");
  return new OriginError(failure, { message: `The upstream ${baseUrl} ${what}: ${why}.`, cause: error });
}
