import type { Answer, AnswerStream } from "./core/answer.ts";
import { type Caller, patientCaller } from "./core/call.ts";
import type { WireFormat } from "./core/embedding-protocol.ts";
import { OriginError, RequestRejectedError } from "./core/errors.ts";
import { isPromise } from "./core/maybe-promise.ts";
import type { Origin } from "./core/origin.ts";
import type { MaybePromise } from "./core/store.ts";
import type { IncomingCall } from "./embeddings/embedding-intake.ts";
import { fetchOrigin } from "./library/fetch-origin.ts";
import { SignallingCaller } from "./library/signalling-caller.ts";
import { StoredResponse } from "./library/stored-response.ts";
import { responseFields } from "./policy/response-fields.ts";

/**
 * The fetch rim: `Request` and `Response` on the outside, call and answer on the inside. What is not a call to a
 * known model API goes to the underlying fetch untouched.
 */

export type CacheFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface FetchParts {
  readonly core: { handle(request: IncomingCall, caller: Caller): MaybePromise<Answer> };
  readonly protocols: readonly WireFormat[];
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch;
}

export function createFetch(parts: FetchParts): CacheFetch {
  const underlying: typeof globalThis.fetch = parts.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return async (input, init) => {
    const place = placeOf(input, init, parts.protocols);
    if (place === undefined) return underlying(input, init);
    const request = typeof input === "object" && "headers" in input ? input : undefined;
    const headers = validHeaders(init?.headers ?? request?.headers);
    const given = bodyOf(request, init);
    const body = isPromise(given) ? await given : given;
    if (body === undefined || headers.has("content-encoding")) return underlying(input, init);
    const signal = init?.signal ?? request?.signal ?? undefined;
    if (signal?.aborted === true) throw signal.reason;
    const { protocol, base, endpoint, query } = place;
    // What else the caller asks of its fetch (redirect, dispatcher, ...) holds for the call to the origin as well.
    const send = (url: string, sent: RequestInit) => underlying(request ?? url, { ...init, ...sent });
    const originFor = (): Origin => fetchOrigin(base, send);
    try {
      const caller = signal === undefined ? undefined : new SignallingCaller(signal);
      const answer = parts.core.handle(
        { protocol, endpoint, originFor, query, rawHeaders: namesAndValues(headers), body },
        caller ?? patientCaller,
      );
      if (!isPromise(answer)) return toResponse(answer, caller);
      return toResponse(await (caller === undefined ? answer : caller.patience(answer, giveUpLate)), caller);
    } catch (error) {
      if (!(error instanceof RequestRejectedError)) throw error;
      const { status, code, message, param } = error;
      return new Response(Buffer.from(protocol.renderError({ status, code, message, param }, "json")), {
        status,
        headers: { "content-type": "application/json" },
      });
    }
  };
}

interface Place {
  readonly protocol: WireFormat;
  readonly base: string;
  readonly endpoint: string;
  readonly query: string;
}

function placeOf(
  input: string | URL | Request,
  init: RequestInit | undefined,
  protocols: readonly WireFormat[],
): Place | undefined {
  const isRequest = typeof input === "object" && "url" in input;
  const method = init?.method ?? (isRequest ? input.method : "GET");
  if (method !== "POST" && method.toUpperCase() !== "POST") return undefined;
  const url = isRequest ? input.url : String(input);
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  const found = endpointIn(path, protocols);
  if (found === undefined) return undefined;
  const hash = url.indexOf("#");
  const query = end < 0 || end === hash ? "" : url.slice(end, hash < 0 ? undefined : hash);
  return { ...found, base: path.slice(0, -found.endpoint.length), query };
}

function endpointIn(path: string, protocols: readonly WireFormat[]): Pick<Place, "protocol" | "endpoint"> | undefined {
  for (const protocol of protocols) {
    const endpoint = protocol.endpointOf(path);
    if (endpoint !== undefined) return { protocol, endpoint };
  }
  return undefined;
}

/** As any fetch takes them: throws a `TypeError` for a name or a value that no header can have. */
function validHeaders(headers: RequestInit["headers"]): Headers {
  return headers instanceof Headers ? headers : new Headers(headers ?? undefined);
}

function namesAndValues(headers: Headers): string[] {
  const flat: string[] = [];
  headers.forEach((value, name) => {
    flat.push(name, value);
  });
  return flat;
}

/** The body's bytes; `undefined` for a body that can only be read once by the one who sends it. */
function bodyOf(request: Request | undefined, init: RequestInit | undefined): MaybePromise<Uint8Array | undefined> {
  const body = init?.body;
  if (typeof body === "string") return Buffer.from(body, "utf8");
  // A copy, also of a Buffer, whose `slice` makes none: the caller may write into its own while we are at work.
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (body !== undefined && body !== null) return undefined;
  return request?.body == null
    ? undefined
    : request
        .clone()
        .arrayBuffer()
        .then((bytes) => new Uint8Array(bytes));
}

/** Nobody reads it any more. */
function giveUpLate({ body }: Answer): void {
  if (!(body instanceof Uint8Array)) void body.return();
}

/**
 * Where the fetch underneath rejected, so does this one, with the same error: SDKs retry and report a failed connection
 * as they would without a cache. An answer that broke off is one with status 502, in the protocol's words.
 */
function toResponse(answer: Answer, caller: SignallingCaller | undefined): Response {
  const { body, failure, status } = answer;
  if (failure?.cause !== undefined && (failure.failure === "unreachable" || failure.failure === "timeout")) {
    caller?.leave();
    throw failure.cause;
  }
  const isStream = !(body instanceof Uint8Array);
  if (isStream && !hasNoBody(status))
    return new Response(streamOf(body, caller), { status, headers: headersOf(answer) });
  caller?.leave();
  if (!isStream && !hasNoBody(status)) return new StoredResponse(body, status, () => headersOf(answer)) as Response;
  if (isStream) void body.return();
  return new Response(null, { status, headers: headersOf(answer) });
}

/** One record, which costs least to read, unless a field stands several times. */
function headersOf(answer: Answer): Record<string, string> | [string, string][] {
  const own = responseFields(answer);
  const fields: Record<string, string> = {};
  const repeated: [string, string][] = [];
  for (const [name, value] of Object.entries(answer.headers)) {
    if (typeof value === "string") fields[name] = value;
    else for (const one of value ?? []) repeated.push([name, one]);
  }
  Object.assign(fields, own);
  return repeated.length === 0 ? fields : [...Object.entries(fields), ...repeated.filter(([name]) => !(name in own))];
}

function streamOf(body: AnswerStream, caller: SignallingCaller | undefined): ReadableStream<Uint8Array> {
  const giveUp = async (): Promise<void> => {
    caller?.leave();
    await body.return();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // As with any fetch, the signal also ends an answer that has begun.
        caller?.onAbandon(() => {
          controller.error(caller.reason);
          void giveUp();
        });
      },
      async pull(controller) {
        try {
          const step = await body.next();
          // A copy, since others read the same bytes and this caller may do with its own what it likes.
          if (step.done !== true) return controller.enqueue(new Uint8Array(step.value));
        } catch (error) {
          caller?.leave();
          throw new OriginError("truncated", { message: "The answer broke off.", cause: error });
        }
        caller?.leave();
        controller.close();
      },
      cancel: giveUp,
    },
    { highWaterMark: 0 },
  );
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
