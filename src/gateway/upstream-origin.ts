import { pipeline, type Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { OriginError, type OriginFailure } from "../core/errors.ts";
import { type FanOutWishes, type HeaderMap, headerValue, type Origin } from "../core/origin.ts";
import { type AccountChoice, hidesAccounts, withoutAccounts, withoutAccountsInQuery } from "./account-fields.ts";
import { type AnswerBounds, bounded } from "./network/answer-bounds.ts";
import { maskOf } from "./network/credential-mask.ts";
import { decompressorOf, Unfolding } from "./network/decompression.ts";
import { guardedAgent, type NetworkRules } from "./network/guarded-agent.ts";

/** An upstream reached through undici: keep-alive connections, and a deadline for each way in which it can hang. */

interface UpstreamTimeouts {
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Where an upstream may be, and what is taken of it at most. */
export interface Reach extends Partial<NetworkRules> {
  readonly bounds?: AnswerBounds;
}

/** Name and value of a header field. */
export type CredentialField = readonly [name: string, value: string];

/** `credential`: what it is shown, whatever the caller has shown to us. */
export interface UpstreamConnection extends UpstreamTimeouts, Reach, AccountChoice {
  /** Hears of failures, and says what callers hear of them; default: all that is known. */
  readonly troubles?: { failed(error: OriginError): OriginError; answered(): void };
}

/** `credential`, `passesAccounts`: of a request that passes through; `send` minds them by itself. */
export interface Upstream extends Origin, AccountChoice {
  /** Its name in the configuration. */
  readonly name: string;
  /** Base URL and connections for a request that passes through. */
  readonly base: string;
  readonly dispatcher: Dispatcher;
  /** A failure as callers may hear of it; default: as it is. */
  told?(error: OriginError): OriginError;
  /** A request that passes through is answered. */
  answered?(): void;
  /** Another configuration has taken its place: what is under way goes on, nothing new begins. */
  retire(): void;
  close(): Promise<void>;
}

export function upstreamOrigin(
  name: string,
  baseUrl: string,
  connection: UpstreamConnection,
  takesSalt = false,
  takesMarks?: boolean,
  fanOut?: FanOutWishes,
): Upstream {
  const {
    connectTimeoutMs,
    firstByteTimeoutMs,
    idleTimeoutMs,
    bounds = {},
    credential,
    passesAccounts,
    troubles,
    ...reach
  } = connection;
  const timeouts = { connectTimeoutMs, headersTimeout: firstByteTimeoutMs, bodyTimeout: idleTimeoutMs };
  const dispatcher = guardedAgent({ allowPrivate: false, ...reach }, timeouts);
  const { origin, pathname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/+$/, "");
  const unversioned = withoutVersion(prefix);
  const mask = maskOf(credential);
  const isHiding = hidesAccounts(connection);
  const told = (error: unknown, phase: "head" | "body"): OriginError => {
    const failure = originError(error, baseUrl, phase);
    return troubles?.failed(failure) ?? failure;
  };
  return {
    name,
    id: baseUrl,
    base: baseUrl,
    takesSalt,
    takesMarks,
    fanOut,
    dispatcher,
    credential,
    passesAccounts,
    told: (error) => troubles?.failed(error) ?? error,
    answered: () => troubles?.answered(),
    retire: () => {},
    async send(request, signal) {
      const target = isHiding ? withoutAccountsInQuery(request.target) : request.target;
      const given = isHiding ? withoutAccounts(request.headers) : request.headers;
      let response: Dispatcher.ResponseData;
      try {
        response = await dispatcher.request({
          origin,
          path: (versionAtStart.test(target) ? unversioned : prefix) + target,
          method: request.method as Dispatcher.HttpMethod,
          headers: shown(given, credential),
          body: request.body,
          signal,
        });
      } catch (error) {
        throw told(error, "head");
      }
      troubles?.answered();
      const headers = response.headers as HeaderMap;
      const status = response.statusCode;
      const body = chunks(response.body, headers, baseUrl, bounds, told);
      if (mask === undefined) return { status, headers, body };
      return { status, headers: mask.fields(headers), body: status < 300 ? body : mask.body(body) };
    },
    close: () => dispatcher.destroy(),
  };
}

function shown(headers: HeaderMap, credential: CredentialField | undefined): Record<string, string> {
  const given = headers as Record<string, string>;
  return credential === undefined ? given : { ...given, [credential[0]]: credential[1] };
}

/** Some SDKs take the version of the API for a part of the base URL, others write it themselves; it stands in the URL once. */
const versionAtStart = /^\/v\d+(?:alpha|beta)?\d*\//;
export function withoutVersion(base: string): string {
  return base.replace(/\/v\d+(?:alpha|beta)?\d*$/, "");
}

async function* chunks(
  body: Readable,
  headers: HeaderMap,
  baseUrl: string,
  bounds: AnswerBounds,
  told: (error: unknown, phase: "body") => OriginError,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bounded(decoded(body, headerValue(headers, "content-encoding"), baseUrl, bounds.ratio), bounds, baseUrl);
  } catch (error) {
    throw told(error, "body");
  } finally {
    body.on("error", () => {});
    body.destroy();
  }
}

/** We ask for no encoding, but an origin may not listen. */
export function decoded(
  body: Readable,
  encoding: string | undefined,
  baseUrl: string,
  maxRatio: number | undefined,
): AsyncIterable<Uint8Array> {
  const name = encoding?.trim().toLowerCase() ?? "identity";
  if (name === "identity" || name === "") return body;
  const decompressor = decompressorOf(name);
  if (decompressor === undefined)
    throw new OriginError("truncated", {
      message: `The upstream ${baseUrl} answered in an encoding that was not asked for: ${name.slice(0, 40)}.`,
    });
  // Errors of either end reach whoever reads the decompressor.
  const unfolded = pipeline(body, decompressor, () => {});
  return measured(unfolded, new Unfolding(decompressor, maxRatio), baseUrl);
}

async function* measured(
  unfolded: AsyncIterable<Uint8Array>,
  unfolding: Unfolding,
  baseUrl: string,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of unfolded) {
    if (unfolding.isTooFar(chunk)) {
      const message = `The upstream ${baseUrl} answered with a body that unfolds to far more than its bytes.`;
      throw new OriginError("truncated", { message });
    }
    yield chunk;
  }
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
