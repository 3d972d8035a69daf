import type { Server } from "../servers/servers.ts";
import { answerBody, numbered, sdkHeaders } from "./chat-payload.ts";

export interface PrimedRequest {
  readonly body: string;
  readonly number: number;
  readonly credential: string;
}

/** How often one is asked that is still being stored. */
const mostAsked = 1_000;

/** Sends every request until it is stored, in turn: each reply must be the answer to it, and the last a hit where `isCache`. */
export async function prime(server: Server, requests: readonly PrimedRequest[], isCache: boolean): Promise<void> {
  for (const request of requests) {
    await ask(server, request);
    let status = await ask(server, request);
    // The answer is handed on before it is stored.
    for (let asked = 2; isCache && status === "COALESCED" && asked < mostAsked; asked++)
      status = await ask(server, request);
    if (isCache && status !== "HIT") throw new Error(`request ${request.number} is not a hit but ${status}`);
  }
}

async function ask(server: Server, { body, number, credential }: PrimedRequest): Promise<string | null> {
  const response = await fetch(`http://${server.host}:${server.port}/v1/chat/completions`, {
    method: "POST",
    headers: sdkHeaders(credential),
    body,
  });
  const text = await response.text();
  if (text !== answerBody(numbered(number)))
    throw new Error(`request ${number} got another answer: ${response.status} ${text.slice(0, 300)}`);
  return response.headers.get("x-ai-cache-status");
}
