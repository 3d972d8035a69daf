import { OriginError } from "../core/errors.ts";
import type { HeaderMap, Origin } from "../core/origin.ts";

/** An origin reached through `fetch`, for the library. Deadlines and redirects are those of the fetch it is given. */
export function fetchOrigin(base: string, fetch: (url: string, init: RequestInit) => Promise<Response>): Origin {
  return {
    id: base,
    async send(request, signal) {
      let response: Response;
      try {
        response = await fetch(base + request.target, {
          method: request.method,
          headers: { ...request.headers },
          body: request.body as Uint8Array<ArrayBuffer>,
          signal,
        });
      } catch (error) {
        throw asOriginError(error, signal, `${base} could not be reached`);
      }
      return {
        status: response.status,
        headers: headersOf(response),
        body: chunksOf(response, signal),
      };
    },
  };
}

/** `set-cookie` is the one field that cannot be joined into one line (RFC 9110 section 5.3). */
function headersOf({ headers }: Response): HeaderMap {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { "set-cookie": cookies }) };
}

async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  try {
    for await (const chunk of response.body) yield chunk;
  } catch (error) {
    throw asOriginError(error, signal, "The origin's answer broke off", "truncated");
  }
}

function asOriginError(
  error: unknown,
  signal: AbortSignal,
  message: string,
  otherwise: "unreachable" | "truncated" = "unreachable",
): OriginError {
  if (error instanceof OriginError) return error;
  if (signal.aborted)
    return signal.reason instanceof OriginError
      ? signal.reason
      : new OriginError("aborted", { message: "The call was aborted.", cause: error });
  const timedOut =
    error instanceof Error &&
    (error.name === "TimeoutError" || /TIMEOUT/.test(String((error.cause as { code?: unknown } | undefined)?.code)));
  const detail = error instanceof Error ? `: ${rootMessage(error)}` : "";
  return new OriginError(timedOut ? "timeout" : otherwise, { message: `${message}${detail}.`, cause: error });
}

function rootMessage(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
