import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** How the answer to a call ended: delivered, left by the client before its end, or broken off as planned. */
export type CallEnding = "complete" | "aborted" | "cut";

/** One request as the origin received it. */
export interface ReceivedCall {
  /** From 0, in the order in which the headers arrived. */
  readonly order: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The bytes received; empty when they are more than `keptBytes`. */
  readonly body: Uint8Array;
  readonly bodyLength: number;
  /** SHA-256 in hex. */
  readonly bodyDigest: string;
  /** The body parsed, `undefined` where it is not JSON. */
  readonly json: unknown;
  /** Equal for calls with the same method, path, credentials and body. */
  readonly key: string;
  /** True once the client left before the answer was complete. */
  readonly aborted: boolean;
  /** Resolves when the answer has ended in one way or another. */
  readonly ended: Promise<CallEnding>;
}

/** Bodies up to this size are kept; longer ones are only counted and digested. */
export const keptBytes = 8 * 1024 * 1024;

/** Reads a request to its end, holding at most `keptBytes` of it. `end` settles its `ended`. */
export async function receiveCall(
  request: IncomingMessage,
  order: number,
): Promise<{ readonly call: ReceivedCall; readonly end: (ending: CallEnding) => void }> {
  const hash = createHash("sha256");
  let chunks: Uint8Array[] = [];
  let bodyLength = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bodyLength += chunk.length;
    if (bodyLength <= keptBytes) chunks.push(chunk);
    else chunks = [];
  }
  const body = new Uint8Array(Buffer.concat(chunks));
  const bodyDigest = hash.digest("hex");
  const { method = "", url: path = "", headers } = request;
  const key = [method, path, headers.authorization ?? headers["x-api-key"] ?? "", bodyDigest].join("\n");
  const { promise: ended, resolve } = Promise.withResolvers<CallEnding>();
  const call = {
    order,
    method,
    path,
    headers,
    body,
    bodyLength,
    bodyDigest,
    json: parsed(body),
    aborted: false,
    ended,
  };
  return {
    call: Object.assign(call, { key: createHash("sha256").update(key).digest("hex") }),
    end(ending) {
      call.aborted ||= ending === "aborted";
      resolve(ending);
    },
  };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
