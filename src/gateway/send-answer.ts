import type { ServerResponse } from "node:http";
import type { Answer, AnswerStream } from "../core/answer.ts";
import type { Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { responseFields } from "../policy/response-fields.ts";

/** The caller at the other end of `response`; listens for its going away only when somebody wants to know. */
export function callerOf(response: ServerResponse): Caller {
  return {
    onAbandon(listener) {
      if (response.destroyed) listener();
      else
        response.once("close", () => {
          if (!response.writableFinished) listener();
        });
    },
  };
}

/** Writes the answer. Resolves when it is handed over, or the client is gone; never rejects. */
export function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  options: { readonly clock: Clock; readonly stallMs: number },
): Promise<void> | undefined {
  const { status, headers, body } = answer;
  const fields = { ...headers, ...responseFields(answer) } as Record<string, string | string[]>;
  if (body instanceof Uint8Array) {
    if (status !== 204 && status !== 304) fields["content-length"] = String(body.length);
    response.writeHead(status, fields);
    response.end(body);
    return undefined;
  }
  response.writeHead(status, fields);
  response.flushHeaders();
  return pump(response, body, options);
}

/** An answer that breaks off ends without the closing chunk, so that no client takes it for whole. */
async function pump(
  response: ServerResponse,
  body: AnswerStream,
  { clock, stallMs }: { readonly clock: Clock; readonly stallMs: number },
): Promise<void> {
  const onClose = (): void => void body.return();
  response.once("close", onClose);
  try {
    for (let step = await body.next(); step.done !== true; step = await body.next()) {
      if (response.destroyed) break;
      if (!response.write(step.value)) await drained(response, clock, stallMs);
    }
    response.off("close", onClose);
    response.end();
  } catch {
    // What the client must know was the last chunk; let it leave before the connection is cut.
    await drained(response, clock, stallMs);
    response.destroy();
  } finally {
    void body.return();
  }
}

/** Until what was written has left, the client is gone, or it has read nothing for `stallMs` and is cut off. */
function drained(response: ServerResponse, clock: Clock, stallMs: number): Promise<void> | undefined {
  if (response.destroyed || response.writableLength === 0) return undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(stallMs, () => response.destroy());
  const done = (): void => {
    cancel();
    response.off("drain", done).off("close", done);
    resolve();
  };
  response.once("drain", done).once("close", done);
  return promise;
}
