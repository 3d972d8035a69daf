/**
 * An origin that answers at once: `node instant-origin.ts [--chunks N] [--chunk-bytes N] [--hold]`. An answer is JSON or,
 * where the request asks for it, events; other protocols than chat have events only. With `--hold` a stream stops in its middle until `POST /release`.
 * `GET /count` tells how many calls came.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { answerBody, answerEvents, numberOf } from "../load/chat-payload.ts";
import { streamedCalls } from "../load/protocol-payloads.ts";

const { values } = parseArgs({
  options: {
    chunks: { type: "string", default: "10" },
    "chunk-bytes": { type: "string", default: "200" },
    hold: { type: "boolean", default: false },
  },
});
const chunks = Number(values.chunks);
const chunkBytes = Number(values["chunk-bytes"]);
const gate = Promise.withResolvers<void>();
let calls = 0;

async function stream(response: ServerResponse, events: readonly string[]): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const middle = Math.ceil(events.length / 2);
  if (values.hold) {
    response.write(events.slice(0, middle).join(""));
    await gate.promise;
    response.end(events.slice(middle).join(""));
    return;
  }
  response.write(events[0] as string);
  response.end(events.slice(1).join(""));
}

function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.url === "/count") {
    response.end(JSON.stringify({ calls }));
    return;
  }
  if (request.url === "/release") {
    gate.resolve();
    response.end();
    return;
  }
  calls++;
  const number = numberOf(body);
  const other = streamedCalls.slice(1).find((call) => call.path === request.url);
  if (other !== undefined || /"stream":true/.test(body)) {
    void stream(response, other?.events(number) ?? answerEvents(number, chunks, chunkBytes));
    return;
  }
  const reply = answerBody(number);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(reply) });
  response.end(reply);
}

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (chunk: Buffer) => parts.push(chunk));
  request.on("end", () => answer(request, response, Buffer.concat(parts).toString("utf8")));
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => console.log(`listening on port ${(server.address() as AddressInfo).port}`));
