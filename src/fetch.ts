import type { Answer } from "./core/answer.ts";
import { type Caller, patientCaller } from "./core/call.ts";
import { OriginError, RequestRejectedError } from "./core/errors.ts";
import type { Origin } from "./core/origin.ts";
import type { Protocol } from "./core/protocol.ts";
import type { MaybePromise } from "./core/store.ts";
import { fetchOrigin } from "./fetch-origin.ts";
import type { IncomingRequest } from "./intake.ts";
import { responseFields } from "./policy/response-fields.ts";

/**
 * The fetch rim: `Request` and `Response` on the outside, call and answer on the inside. What is not a call to a
 * known model API goes to the underlying fetch untouched.
 */

export type CacheFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface FetchParts {
  readonly core: { handle(request: IncomingRequest, caller: Caller): MaybePromise<Answer> };
  readonly protocols: readonly Protocol[];
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch;
}

export function createFetch(parts: FetchParts): CacheFetch {
  const underlying: typeof globalThis.fetch = parts.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const origins = new Map<string, Origin>();
  const originAt = (base: string): Origin => {
    const known = origins.get(base);
    if (known !== undefined) return known;
    const origin = fetchOrigin(base, underlying);
    if (origins.size >= 1_000) origins.clear();
    origins.set(base, origin);
    return origin;
  };

  return async (input, init) => {
    const place = placeOf(input, init, parts.protocols);
    if (place === undefined) return underlying(input, init);
    const request = typeof input === "object" && "headers" in input ? input : undefined;
    const headers = flatHeaders(init?.headers ?? request?.headers);
    const body = await bodyOf(request, init);
    if (body === undefined || hasHeader(headers, "content-encoding")) return underlying(input, init);
    const signal = init?.signal ?? request?.signal ?? undefined;
    signal?.throwIfAborted();
    const { protocol, base, query } = place;
    try {
      const caller = signal === undefined ? patientCaller : callerOf(signal);
      const answer = parts.core.handle(
        { protocol, originFor: () => originAt(base), query, rawHeaders: headers, body },
        caller,
      );
      return toResponse(answer instanceof Promise ? await unlessAborted(answer, signal) : answer);
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
  readonly protocol: Protocol;
  readonly base: string;
  readonly query: string;
}

function placeOf(
  input: string | URL | Request,
  init: RequestInit | undefined,
  protocols: readonly Protocol[],
): Place | undefined {
  const isRequest = typeof input === "object" && "url" in input;
  const method = init?.method ?? (isRequest ? input.method : "GET");
  if (method !== "POST" && method.toUpperCase() !== "POST") return undefined;
  const url = isRequest ? input.url : String(input);
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  const protocol = protocols.find((one) => path.endsWith(one.path));
  if (protocol === undefined) return undefined;
  const hash = url.indexOf("#");
  const query = end < 0 || end === hash ? "" : url.slice(end, hash < 0 ? undefined : hash);
  return { protocol, base: path.slice(0, -protocol.path.length), query };
}

function flatHeaders(headers: RequestInit["headers"]): string[] {
  if (headers === undefined || headers === null) return [];
  const flat: string[] = [];
  const pairs =
    Array.isArray(headers) || Symbol.iterator in headers
      ? (headers as Iterable<readonly string[]>)
      : Object.entries(headers);
  for (const [name, value] of pairs) if (name !== undefined && value !== undefined) flat.push(name, String(value));
  return flat;
}

function hasHeader(flat: readonly string[], name: string): boolean {
  return flat.some((item, index) => index % 2 === 0 && item.toLowerCase() === name);
}

/** The body's bytes; `undefined` for a body that can only be read once by the one who sends it. */
async function bodyOf(request: Request | undefined, init: RequestInit | undefined): Promise<Uint8Array | undefined> {
  const body = init?.body;
  if (typeof body === "string") return Buffer.from(body, "utf8");
  if (body instanceof Uint8Array) return body.slice();
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (body !== undefined && body !== null) return undefined;
  return request?.body == null ? undefined : new Uint8Array(await request.clone().arrayBuffer());
}

function callerOf(signal: AbortSignal): Caller {
  return {
    onAbandon(listener) {
      if (signal.aborted) listener();
      else signal.addEventListener("abort", listener, { once: true });
    },
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}

/** As `fetch` does, an origin that cannot be reached is a rejection for SDKs to retry, not a response. */
function toResponse(answer: Answer): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (typeof value === "string") headers.set(name, value);
    else for (const one of value ?? []) headers.append(name, one);
  }
  for (const [name, value] of Object.entries(responseFields(answer))) headers.set(name, value);
  const { body, status } = answer;
  if (body instanceof Uint8Array)
    return new Response(hasNoBody(status) ? null : (body as Uint8Array<ArrayBuffer>), { status, headers });
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const step = await body.next().catch((error: unknown) => {
          throw new OriginError("truncated", { message: "The answer broke off.", cause: error });
        });
        if (step.done === true) controller.close();
        else controller.enqueue(step.value);
      },
      async cancel() {
        await body.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(hasNoBody(status) ? null : stream, { status, headers });
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
