/**
 * The least that a cache over HTTP can do, on node:http alone: read the body, parse it, hash it, look it up in a Map,
 * reply the same bytes. What is not there yet is answered as the origin would and kept.
 */
import { hash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerBody, numberOf } from "../load/chat-payload.ts";

const answers = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (chunk: Buffer) => parts.push(chunk));
  request.on("end", () => {
    const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const text = body.toString("utf8");
    const { model } = JSON.parse(text) as { readonly model: string };
    const key = model + hash("sha256", body, "base64url");
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = Buffer.from(answerBody(numberOf(text)), "utf8");
      answers.set(key, answer);
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    response.end(answer);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => console.log(`listening on port ${(server.address() as AddressInfo).port}`));
