import type { ServerResponse } from "node:http";
import type { Answer, AnswerStream } from "../core/answer.ts";
import type { Caller } from "../core/call.ts";
import type { HeaderMap } from "../core/origin.ts";
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

/** Writes the answer. Resolves when it is handed over, or the client is gone; never rejects. `undefined`: it is handed over already. */
export function sendAnswer(response: ServerResponse, answer: Answer, stallMs: number): Promise<void> | undefined {
  const { status, headers, body } = answer;
  const fields = flattened(headers, responseFields(answer));
  if (body instanceof Uint8Array) {
    if (status !== 204 && status !== 304) fields.push("content-length", String(body.length));
    response.writeHead(status, fields);
    response.end(body);
    if (response.writableLength === 0) return undefined;
    cutWhenStalled(response, stallMs);
    return settled(response, (done) => response.once("finish", done));
  }
  response.writeHead(status, fields);
  sendHead(response);
  cutWhenStalled(response, stallMs);
  return pump(response, body);
}

/** Names and values in turn, the form that costs node least; what is said of the answer wins over what came with it. */
function flattened(headers: HeaderMap, own: Readonly<Record<string, string>>): string[] {
  const flat: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || own[name] !== undefined) continue;
    if (typeof value === "string") flat.push(name, value);
    else for (const one of value) flat.push(name, one);
  }
  for (const name in own) flat.push(name, own[name] as string);
  return flat;
}

const nothing = new Uint8Array();

/** Sends the head at once. `flushHeaders` would encode it in UTF-8, and what is beyond ASCII in it twice. */
export function sendHead(response: ServerResponse): void {
  response.write(nothing);
}

/**
 * Disconnects a client that has read nothing for `stallMs` while something waits to be read. The socket's own timer
 * sees progress within one large write, and does not count the silence of an origin.
 */
export function cutWhenStalled(response: ServerResponse, stallMs: number): void {
  response.setTimeout(stallMs, () => {
    if (response.writableLength > 0) response.destroy();
  });
}

/** An answer that breaks off ends without the closing chunk, so that no client takes it for whole. */
async function pump(response: ServerResponse, body: AnswerStream): Promise<void> {
  const onClose = (): void => void body.return();
  response.once("close", onClose);
  try {
    for (let step = await body.next(); step.done !== true; step = await body.next()) {
      if (response.destroyed) break;
      if (!response.write(step.value)) await settled(response, (done) => response.once("drain", done));
    }
    response.off("close", onClose);
    response.end();
  } catch {
    // What the client must know was the last chunk; let it leave before the connection is cut. An empty write is done
    // when all before it are, whereas "drain" comes only after a write that was too much.
    await settled(response, (done) => (response.socket === null ? done() : response.socket.write("", done)));
    response.destroy();
  } finally {
    void body.return();
  }
}

/** Until `listen` hears that it is done, or the client is gone. */
function settled(response: ServerResponse, listen: (done: () => void) => void): Promise<void> | undefined {
  if (response.destroyed) return undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    response.off("drain", done).off("finish", done).off("close", done);
    resolve();
  };
  response.once("close", done);
  listen(done);
  return promise;
}
